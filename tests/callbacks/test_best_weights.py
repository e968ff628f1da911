import keras
import numpy as np
import pytest

from learnface.callbacks import BestWeights
from learnface.errors import DataError


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])


def run(callback, model, values):
    """Give the model the weight 0, 1, 2... in successive epochs of the given figures."""
    callback.set_model(model)
    for epoch, value in enumerate(values):
        model.set_weights([np.full((1, 1), float(epoch))])
        callback.on_epoch_end(epoch, {callback.monitor: value})
    model.load_weights(callback.path)
    return float(model.get_weights()[0][0, 0])


def test_keeps_the_highest(model, tmp_path):
    callback = BestWeights(tmp_path / "b.weights.h5", "val_accuracy")
    assert run(callback, model, [0.2, 0.5, 0.4, 0.5]) == 1
    assert (callback.best, callback.best_epoch) == (0.5, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["b.weights.h5"]


def test_keeps_the_lowest(model, tmp_path):
    assert run(BestWeights(tmp_path / "b.weights.h5", "val_loss", "min"), model, [3, 1, 2]) == 1


@pytest.mark.parametrize("mode", ["max", "min"])
def test_a_figure_that_is_no_number_is_worse_than_any(model, tmp_path, mode):
    nan = float("nan")
    callback = BestWeights(tmp_path / "b.weights.h5", "f", mode)
    assert run(callback, model, [nan, 0.5, nan, 0.5]) == 1
    assert (callback.best, callback.best_epoch) == (0.5, 1)


def test_of_equals_one_without_a_loss_is_not_kept(model, tmp_path):
    callback = BestWeights(tmp_path / "b.weights.h5", "val_accuracy")
    callback.set_model(model)
    for epoch, loss in enumerate((0.3, float("nan"))):
        callback.on_epoch_end(epoch, {"val_accuracy": 0.5, "val_loss": loss})
    assert callback.best_epoch == 0


def test_of_equals_the_one_with_the_lower_loss_is_kept(model, tmp_path):
    callback = BestWeights(tmp_path / "b.weights.h5", "val_accuracy")
    callback.set_model(model)
    for epoch, (accuracy, loss) in enumerate(
        [(0.5, 0.9), (0.75, 0.49), (0.75, 0.1), (0.75, 0.2), (0.5, 0.01)]
    ):
        callback.on_epoch_end(epoch, {"val_accuracy": accuracy, "val_loss": loss})
    assert (callback.best, callback.best_epoch) == (0.75, 2)


def test_replayed_epochs_count_but_write_nothing(model, tmp_path):
    callback = BestWeights(tmp_path / "b.weights.h5", "a")
    callback.replay(0, {"a": 0.9})
    callback.set_model(model)
    callback.on_epoch_end(1, {"a": 0.5})
    assert not callback.path.exists()


def test_unknown_figure_is_named(model, tmp_path):
    callback = BestWeights(tmp_path / "b.weights.h5", "val_uar")
    callback.set_model(model)
    with pytest.raises(DataError, match="'val_uar' is not among.*accuracy"):
        callback.on_epoch_end(0, {"accuracy": 1.0})
    with pytest.raises(DataError, match="mode"):
        BestWeights("x", mode="best")
