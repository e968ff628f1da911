"""A network of your own on your own clips: train it, save it with its card, and use it like one of the zoo.

python examples/10_add_your_own_model.py CLIPS OUT_DIR [EPOCHS]
"""

import sys
from pathlib import Path

import keras
import pandas as pd
from keras import layers

from learnface.clips import PrepareSettings, prepare
from learnface.corpora import labelled_clips
from learnface.inference import Recognizer
from learnface.layers import FoldTime, PeepholeLSTM, UnfoldTime
from learnface.models import ModelCard, save
from learnface.training import evaluate, fit, split_prepared

clips, out = sys.argv[1], Path(sys.argv[2])
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 40
SHAPE = (8, 32, 32, 1)  # frames, height, width, channels


def own_network(classes: int) -> keras.Model:
    """Build a small network that looks at each frame, and reads the frames in time."""
    frame = keras.Sequential(
        [keras.Input(SHAPE[1:])], name="frame"
    )  # a model of its own: each frame is seen once
    for width in (8, 16):
        frame.add(layers.Conv2D(width, 3, activation="relu"))
        frame.add(layers.MaxPooling2D())
    frame.add(layers.Flatten())
    inputs = keras.Input(SHAPE)
    x = UnfoldTime()([frame(FoldTime()(inputs)), inputs])  # frames join the batch, and leave it again
    x = PeepholeLSTM(32)(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax", name="predictions")(x), name="own")


index = labelled_clips.index(clips)
labels = index.attrs["labels"]
faces = prepare(index, out / "faces", PrepareSettings(size=SHAPE[1], frames=SHAPE[0]))
samples = split_prepared(faces, labels)  # whole people in each part
keras.utils.set_random_seed(0)
model = own_network(len(labels))
how = {"optimizer": keras.optimizers.Adam(1e-3), "loss": "sparse_categorical_crossentropy"}
parts = samples["train"].source(batch_size=16), samples["validation"].dataset()
fit(model, *parts, epochs=epochs, run_dir=out / "run", **how)
scores = evaluate(model, samples["test"].images, samples["test"].codes, labels)
# The card travels with the file: the labels in order, and how faces are cut, so that prediction does as training did.
how = {"detector": "viola_jones", "size": SHAPE[1:3], "frames": SHAPE[0]}
card = ModelCard("own", labels, SHAPE, preparation=how, scores={"accuracy": scores["accuracy"]})
save(model, out / "own.keras", card)

table = pd.concat(Recognizer(out / "own.keras").stream(index["frames"].iloc[0]))
print(f"accuracy {scores['accuracy']:.0%}; the first clip ends as {table['label'].iloc[-1]}")
