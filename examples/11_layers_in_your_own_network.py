"""The layers alone, in any Keras model: ConvLSTM2D and PeepholeLSTM on sequences that have nothing to do with faces.

python examples/11_layers_in_your_own_network.py [EPOCHS]

A dot walks left or right over a noisy picture; no single frame tells which.
"""

import sys

import keras
import numpy as np
from keras import layers

from learnface.layers import ConvLSTM2D, PeepholeLSTM

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
random = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def walks(count: int, frames: int = 6, side: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return clips `(count, frames, side, side, 1)` and whether the dot walks to the right."""
    clips = random.normal(0, 0.1, (count, frames, side, side, 1)).astype("float32")
    right = random.integers(0, 2, count)
    starts, rows = random.integers(3, side - 3, count), random.integers(0, side, count)
    for clip in range(count):
        for frame in range(frames):
            step = frame - frames // 2
            clips[clip, frame, rows[clip], starts[clip] + (step if right[clip] else -step)] += 1
    return clips, right


inputs = keras.Input((None, 12, 12, 1))
maps = ConvLSTM2D(4, 3, padding="same", return_sequences=True)(
    inputs
)  # where things are, and where they were
vectors = layers.TimeDistributed(layers.GlobalMaxPooling2D())(maps)
outputs = layers.Dense(1, activation="sigmoid")(PeepholeLSTM(8)(vectors))
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(*walks(400), epochs=epochs, batch_size=20, verbose=0)
print(
    f"accuracy on new walks: {model.evaluate(*walks(200), verbose=0)[1]:.0%} of {model.count_params():,} parameters"
)
