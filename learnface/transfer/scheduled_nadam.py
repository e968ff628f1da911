"""Nadam with a schedule decay, an argument that Keras 2 had and Keras 3 has not.

Dozat T. (2016), Incorporating Nesterov momentum into Adam (ICLR workshop); the schedule is that of Sutskever et
al. (2013), On the importance of initialization and momentum in deep learning.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from learnface.errors import DataError

__all__ = ["ScheduledNadam"]

_BASE = 0.96


@keras.saving.register_keras_serializable(package="learnface")
class ScheduledNadam(keras.optimizers.Optimizer):
    """Nadam whose momentum grows as slowly as one says: `beta_1 (1 - 0.5 * 0.96 ** (schedule_decay * t))` at step t.

    Keras 3's own `keras.optimizers.Nadam` is this one with a schedule decay of 1: its momentum is within 1 % of
    `beta_1` after 96 steps. With 0.004, Keras 2's preset, it is half of `beta_1` at the beginning and three
    quarters after 4,246 steps.

    Args:
        learning_rate: a number, or a schedule of Keras.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the mean of their squares.
        epsilon: added to the root of the latter.
        schedule_decay: see above; 0 or more.
        name: name of the optimiser.
        **kwargs: weight decay, clipping and the like, as in `keras.optimizers.Optimizer`.

    Raises:
        DataError: the schedule decay is negative.

    Example:
        >>> optimizer = ScheduledNadam(2e-4, schedule_decay=0.004)
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        schedule_decay: float = 0.004,
        name: str = "scheduled_nadam",
        **kwargs: Any,
    ):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        if not schedule_decay >= 0:
            raise DataError(f"schedule_decay must be 0 or more, not {schedule_decay}")
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.schedule_decay = schedule_decay

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make the two means of each variable, and the product of its momenta so far."""
        if self.built:
            return
        super().build(variables)
        self._means = self.add_optimizer_variables(variables, "mean")
        self._squares = self.add_optimizer_variables(variables, "square")
        self._products = [self.add_variable((), "ones", name=f"product{i}") for i in range(len(variables))]

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable."""
        place, dtype = self._get_variable_index(variable), variable.dtype
        mean, square, product = self._means[place], self._squares[place], self._products[place]
        gradient, step = ops.cast(gradient, dtype), ops.cast(self.iterations + 1, dtype)
        momentum, following = self._momentum(step), self._momentum(step + 1)
        self.assign(product, ops.cast(product * momentum, product.dtype))
        self.assign(mean, self.beta_1 * mean + (1 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1 - self.beta_2) * ops.square(gradient))
        so_far = ops.cast(product, dtype)
        ahead = (1 - momentum) * gradient / (1 - so_far) + following * mean / (1 - so_far * following)
        deviation = ops.sqrt(square / (1 - ops.power(ops.cast(self.beta_2, dtype), step)))
        rate = ops.cast(learning_rate, dtype)
        self.assign_sub(variable, rate * ahead / (deviation + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make the same optimiser."""
        names = ("beta_1", "beta_2", "epsilon", "schedule_decay")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def _momentum(self, step):
        return self.beta_1 * (1 - 0.5 * ops.power(ops.cast(_BASE, step.dtype), self.schedule_decay * step))
