import keras
import numpy as np
import pytest

from learnface.callbacks import TrainingState
from learnface.errors import DataError


def build():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def train(model, state, epochs, first=0):
    x, y = np.eye(3, dtype="float32"), np.arange(3, dtype="float32")
    model.fit(x, y, epochs=epochs, initial_epoch=first, shuffle=False, verbose=0, callbacks=[state])
    return np.concatenate([w.ravel() for w in model.get_weights()])


def test_a_resumed_run_equals_an_unbroken_one(tmp_path):
    """Weights, optimiser moments, dropout's random state and history all come back."""
    unbroken = train(build(), TrainingState(tmp_path / "a.npz"), epochs=5)
    train(build(), TrainingState(tmp_path / "b.npz"), epochs=2)
    model, state = build(), TrainingState(tmp_path / "b.npz")
    first = state.restore(model)
    assert first == 2
    resumed = train(model, state, epochs=5, first=first)
    np.testing.assert_array_equal(resumed, unbroken)
    assert len(state.history) == 5 and set(state.history[0]) == {"loss", "learning_rate", "seconds"}


def test_nothing_saved_starts_at_zero(tmp_path):
    assert TrainingState(tmp_path / "none.npz").restore(build()) == 0


def test_other_callbacks_hear_of_past_epochs(tmp_path):
    train(build(), TrainingState(tmp_path / "a.npz"), epochs=3)
    stopper = keras.callbacks.EarlyStopping("loss")
    heard = []
    stopper.on_epoch_end = lambda epoch, logs: heard.append(epoch)
    state = TrainingState(tmp_path / "a.npz", replayed=[stopper])
    state.restore(build())
    state.on_train_begin()
    assert heard == [0, 1, 2]


def test_another_run_is_not_taken_up(tmp_path):
    train(build(), TrainingState(tmp_path / "a.npz", fingerprint="this"), epochs=1)
    with pytest.raises(DataError, match="other settings, data or model"):
        TrainingState(tmp_path / "a.npz", fingerprint="that").restore(build())


def test_damaged_state_is_named(tmp_path):
    train(build(), TrainingState(tmp_path / "a.npz"), epochs=1)
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[:-200])
    with pytest.raises(DataError, match="a.npz is damaged"):
        TrainingState(tmp_path / "a.npz").restore(build())
