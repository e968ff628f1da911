"""Train on all GPUs of a machine: `fit` within a strategy of TensorFlow's, and nothing else changes.

python examples/12_train_on_several_gpus.py FER2013_DIR OUT_DIR [EPOCHS]

Each batch is shared out between the GPUs, so give it more samples. Without a GPU it runs on the CPU. Started again
after a stop, it goes on where it was.
"""

import sys

import keras
import tensorflow as tf

from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.corpora import fer2013, load_images
from learnface.models import fer_vgg
from learnface.training import evaluate, fit

data, out = sys.argv[1:3]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 30

index = fer2013.index(data)
images, codes = load_images(index), index["label"].map(fer2013.LABELS.index).to_numpy()
train, validation, test = ((index["split"] == name).to_numpy() for name in ("train", "validation", "test"))

strategy = tf.distribute.MirroredStrategy()
batch_size = 64 * strategy.num_replicas_in_sync
augmentation = Augmentation(flip=True, shift=0.1)
with strategy.scope():
    keras.utils.set_random_seed(0)
    model = fer_vgg(classes=len(fer2013.LABELS))
    fit(
        model,
        ArraySource(images[train], codes[train], batch_size=batch_size, augmentation=augmentation),
        evaluation_dataset(images[validation], codes[validation]),
        epochs=epochs,
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        run_dir=out,
    )
scores = evaluate(model, images[test], codes[test], fer2013.LABELS)
print(f"{strategy.num_replicas_in_sync} device(s), test accuracy {scores['accuracy']:.2%}")
