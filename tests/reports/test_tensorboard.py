import types

import keras
import numpy as np
import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event

from learnface.callbacks import EpochScores
from learnface.reports import tensorboard_callbacks
from learnface.reports.tensorboard import ConfusionToTensorBoard


def events(path):
    return [Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]


def test_one_picture_an_epoch(tmp_path):
    scores = types.SimpleNamespace(
        labels=("a", "b"), scores={"accuracy": 0.75, "confusion": np.array([[3, 1], [1, 3]])}
    )
    callback = ConfusionToTensorBoard(scores, tmp_path)
    for epoch in range(2):
        callback.on_epoch_end(epoch)
    callback.on_train_end()
    (path,) = (tmp_path / "confusion").iterdir()
    pictures = [event for event in events(path) if event.summary.value]
    assert [picture.step for picture in pictures] == [0, 1]
    width, height, data = tf.make_ndarray(pictures[0].summary.value[0].tensor)
    assert tf.image.decode_png(data).shape == (int(height), int(width), 3)


def test_a_stage_writes_curves_and_matrices_into_its_own_folder(tmp_path):
    images, codes = np.zeros((4, 3), "float32"), np.arange(4) % 2
    batches = tf.data.Dataset.from_tensor_slices((images, codes)).batch(2)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    scores, make = EpochScores(batches, ("a", "b")), tensorboard_callbacks(tmp_path)
    callbacks = [scores, *make("run/stage1", scores)]
    assert not list(tmp_path.iterdir())  # nothing is begun before the training
    model.fit(batches, validation_data=batches, epochs=2, callbacks=callbacks, shuffle=False, verbose=0)
    stage = tmp_path / "run" / "stage1"
    values = {
        value.tag: event.step
        for path in stage.rglob("events.*")
        for event in events(path)
        for value in event.summary.value
    }
    assert {"epoch_loss", "epoch_f1", "epoch_uar", "confusion"} <= values.keys()
    assert values["confusion"] == values["epoch_uar"] == 1
    assert [type(one) for one in make("run/stage1", None)] == [keras.callbacks.TensorBoard]
