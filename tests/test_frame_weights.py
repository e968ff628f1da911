import keras
import numpy as np
import pytest

from learnface.frame_weights import counted_frames
from learnface.layers import FrameMask
from learnface.losses import ConcordanceLoss, MaskedMeanSquaredError
from learnface.metrics import ConcordanceCorrelation, concordance

RANDOM = np.random.default_rng(0)
TRUE, PRED = RANDOM.uniform(-1, 1, (2, 4, 6, 2)).astype("float32")


def weights_of(true, pred, sample_weight=None, dimensions=2):
    found = counted_frames(
        true, pred, sample_weight, dimensions=dimensions, mask_values=(-5.0,), dtype="float32"
    )
    return [np.asarray(part) for part in found]


def test_a_weight_a_clip_counts_for_all_its_frames():
    clips, frames = np.array([1.0, 0.0, 2.0, 0.5]), RANDOM.random((4, 6))
    for weight in (clips, clips[:, None]):
        np.testing.assert_allclose(weights_of(TRUE, PRED, weight)[2], np.repeat(clips, 6)[:, None])
    for weight in (frames, frames[..., None]):
        np.testing.assert_allclose(weights_of(TRUE, PRED, weight)[2], frames.reshape(-1, 1), rtol=1e-6)


def test_what_does_not_count_is_nought():
    true, pred = TRUE.copy(), PRED.copy()
    true[0, 1, 0], true[2, 3, 1], pred[2, 3] = -5, np.nan, np.nan
    found, predicted, weight = weights_of(true, pred)
    out = np.flatnonzero(weight == 0)
    assert out.tolist() == [1, 15]
    assert not found[out].any() and not predicted[out].any()


@pytest.mark.parametrize("shape", [(6,), (6, 1), (3, 2), (3, 2, 1)])
def test_one_dimension_may_be_left_out(shape):
    true, pred = np.arange(6.0).reshape(shape), np.ones(shape)
    weight = np.array([2.0, 1, 0])[:, None] * np.ones((3, 2)) if shape[0] == 3 else np.arange(6.0)
    found = weights_of(true, pred, weight, dimensions=1)
    assert [part.shape for part in found] == [(6, 1)] * 3
    np.testing.assert_allclose(found[2].ravel(), weight.ravel())


def test_frames_that_keras_masks_do_not_count():
    """Neither in a loss nor in a metric, whatever is annotated there."""
    keras.utils.set_random_seed(0)
    features, mask = keras.Input((6, 3)), keras.Input((6,), dtype="bool")
    hidden = keras.layers.LSTM(4, return_sequences=True)(FrameMask()([features, mask]))
    model = keras.Model([features, mask], keras.layers.Dense(2)(hidden))
    inputs = [RANDOM.normal(size=(4, 6, 3)).astype("float32"), np.arange(6) < [[6], [3], [5], [1]]]
    pred = model.predict(inputs, verbose=0)
    true = np.where(inputs[1][..., None], TRUE, 0.9).astype("float32")
    kept, predicted = true[inputs[1]], pred[inputs[1]]
    expected = concordance(kept, predicted).mean()
    for loss, cost in (
        (ConcordanceLoss(), 1 - expected),
        (MaskedMeanSquaredError(), np.square(kept - predicted).mean()),
    ):
        model.compile("sgd", loss, metrics=[ConcordanceCorrelation()])
        found = model.evaluate(inputs, true, batch_size=4, verbose=0)
        assert found == pytest.approx([cost, expected], abs=1e-6)
