import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.transfer import ScheduledNadam, discriminative_rates

GRADIENTS = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
START = np.float32([1, -2, 0.5])


def stepped(optimizer, gradients=GRADIENTS):
    variable = keras.Variable(START)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return keras.ops.convert_to_numpy(variable)


def by_hand(decay, rate=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """Dozat's algorithm as Keras 2 had it, in double precision."""
    at, mean, square, product = START.astype(float), 0.0, 0.0, 1.0
    for step, gradient in enumerate(GRADIENTS.astype(float), start=1):
        momentum = beta_1 * (1 - 0.5 * 0.96 ** (step * decay))
        following = beta_1 * (1 - 0.5 * 0.96 ** ((step + 1) * decay))
        product *= momentum
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        ahead = (1 - momentum) * gradient / (1 - product) + following * mean / (1 - product * following)
        at = at - rate * ahead / (np.sqrt(square / (1 - beta_2**step)) + epsilon)
    return at


@pytest.mark.parametrize("decay", [0.004, 0.5, 0])
def test_steps_against_a_loop_in_numpy(decay):
    found = stepped(ScheduledNadam(0.01, epsilon=1e-8, schedule_decay=decay))
    np.testing.assert_allclose(found, by_hand(decay), rtol=1e-5)
    assert np.abs(by_hand(decay) - by_hand(1)).max() > 1e-4, "else the decay would not show"


def test_keras_own_nadam_has_a_decay_of_one():
    np.testing.assert_allclose(stepped(keras.optimizers.Nadam(0.01, epsilon=1e-8)), by_hand(1), rtol=1e-5)
    np.testing.assert_allclose(
        stepped(ScheduledNadam(0.01, epsilon=1e-8, schedule_decay=1)), by_hand(1), rtol=1e-5
    )


def test_all_of_its_state_is_among_its_variables():
    """So that a training that was stopped goes on as if it had not been."""
    first, second = ScheduledNadam(0.01), ScheduledNadam(0.01)
    middle, unbroken = stepped(first, GRADIENTS[:6]), stepped(ScheduledNadam(0.01))
    variable = keras.Variable(middle)
    second.build([variable])
    for target, source in zip(second.variables, first.variables, strict=True):
        target.assign(source)
    for gradient in GRADIENTS[6:]:
        second.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), unbroken, rtol=1e-6)


def test_trains_a_compiled_model_and_is_saved_with_it(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    names = [layer.name for layer in model.layers]
    optimizer = discriminative_rates(ScheduledNadam(0.05, schedule_decay=0.01), model, {names[0]: 0.0})
    model.compile(optimizer, "mse")
    kept = model.layers[0].get_weights()
    losses = model.fit(GRADIENTS, GRADIENTS.sum(1), epochs=15, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], kept[0])
    again = ScheduledNadam.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config() and again.schedule_decay == 0.01


def test_a_negative_decay_is_refused():
    with pytest.raises(DataError, match="schedule_decay must be 0 or more, not -1"):
        ScheduledNadam(schedule_decay=-1)
