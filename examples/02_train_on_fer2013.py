"""Train a network on FER2013, score it on the test rows, and draw its confusion matrix.

python examples/02_train_on_fer2013.py FER2013_DIR OUT_DIR [EPOCHS]

Start it again after a stop and it goes on where it was.
"""

import sys
from pathlib import Path

import keras

from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.corpora import fer2013, load_images
from learnface.models import fer_vgg
from learnface.reports import confusion_picture, save_picture
from learnface.training import evaluate, fit

data, out = sys.argv[1], Path(sys.argv[2])
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 30

index = fer2013.index(data)
images = load_images(index)
codes = index["label"].map(fer2013.LABELS.index).to_numpy()
train, validation, test = ((index["split"] == name).to_numpy() for name in ("train", "validation", "test"))

keras.utils.set_random_seed(0)
model = fer_vgg(classes=len(fer2013.LABELS))
report = fit(
    model,
    ArraySource(images[train], codes[train], batch_size=64, augmentation=Augmentation(flip=True, shift=0.1)),
    evaluation_dataset(images[validation], codes[validation]),
    epochs=epochs,
    optimizer=keras.optimizers.Adam(1e-3),
    loss="sparse_categorical_crossentropy",
    run_dir=out,
)
scores = evaluate(model, images[test], codes[test], fer2013.LABELS)
print(f"best epoch {report.best_epoch}, test accuracy {scores['accuracy']:.2%}, UAR {scores['uar']:.2%}")
save_picture(confusion_picture(scores["confusion"], fer2013.LABELS), out / "confusion.png")
