import types

import numpy as np
import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event

from learnface.reports.tensorboard import ConfusionToTensorBoard


def test_one_picture_an_epoch(tmp_path):
    scores = types.SimpleNamespace(
        labels=("a", "b"), scores={"accuracy": 0.75, "confusion": np.array([[3, 1], [1, 3]])}
    )
    callback = ConfusionToTensorBoard(scores, tmp_path)
    for epoch in range(2):
        callback.on_epoch_end(epoch)
    callback.on_train_end()
    (path,) = (tmp_path / "confusion").iterdir()
    events = [Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]
    pictures = [event for event in events if event.summary.value]
    assert [picture.step for picture in pictures] == [0, 1]
    width, height, data = tf.make_ndarray(pictures[0].summary.value[0].tensor)
    assert tf.image.decode_png(data).shape == (int(height), int(width), 3)
