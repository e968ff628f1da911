import keras
import numpy as np

from learnface.layers import FoldTime

CLIPS = np.arange(2 * 3 * 4 * 5 * 1, dtype="float32").reshape(2, 3, 4, 5, 1)


def test_frames_keep_their_order():
    frames = keras.ops.convert_to_numpy(FoldTime()(CLIPS))
    assert frames.shape == (6, 4, 5, 1)
    for number, frame in enumerate(frames):
        np.testing.assert_array_equal(frame, CLIPS[number // 3, number % 3])


def test_symbolic_shapes():
    assert FoldTime()(keras.Input((3, 4, 5, 1), batch_size=2)).shape == (6, 4, 5, 1)
    assert FoldTime()(keras.Input((None, None, None, 1))).shape == (None, None, None, 1)


def test_the_mask_goes_no_further():
    """Keras warns, an error here, when a mask reaches a convolution."""
    steps = keras.layers.Masking()(np.ones((2, 3, 4), "float32"))
    folded = FoldTime()(steps)
    assert getattr(folded, "_keras_mask", None) is None
    keras.layers.Conv1D(1, 1)(keras.ops.expand_dims(folded, 1))


def test_serialises():
    layer = FoldTime(name="fold")
    assert keras.layers.deserialize(keras.layers.serialize(layer)).name == "fold"
