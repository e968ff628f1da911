"""Discriminative learning rates: the deeper a layer lies, the more slowly it learns.

Howard J., Ruder S. (2018), Universal Language Model Fine-tuning for Text Classification, section 3.2, divides
the rate by 2.6 from each layer to the one below. Here a rate is given by groups of layers.
"""

from collections.abc import Mapping

import keras

from learnface.errors import DataError
from learnface.transfer.freezing import layers_named

__all__ = ["discriminative_rates"]


def discriminative_rates(
    optimizer: keras.optimizers.Optimizer, model: keras.Model, rates: Mapping[str, float]
) -> keras.optimizers.Optimizer:
    """Make an optimiser use, for the layers named, a share of its learning rate.

    The step itself is made smaller, not the gradient, so that it also works for Adam and its kin, which are
    blind to the size of gradients.

    Args:
        optimizer: a Keras optimiser that is not built yet, changed in place. Weight decay, where it has
            any, is not scaled.
        model: the model it will train, its layers frozen or not as they will be.
        rates: by the name of a layer or a nested model its share of the learning rate, 0 or more. Layers
            that are not named have 1.

    Returns:
        The same optimiser.

    Raises:
        DataError: there is no such layer, or a share is negative.

    Example:
        >>> from learnface.models import vggface_lstm
        >>> model = vggface_lstm(backbone="fer_vgg")
        >>> optimizer = discriminative_rates(keras.optimizers.Nadam(2e-4), model, {"fer_vgg": 0.1})
    """
    shares: list[tuple[keras.Variable, float]] = []
    for name, share in rates.items():
        if not share >= 0:
            raise DataError(f"the learning rate of {name!r} cannot be {share} of the whole: give 0 or more")
        for layer in layers_named(model, name):
            shares += [(variable, share) for variable in layer.trainable_variables]
    step, place_of = optimizer.update_step, optimizer._get_variable_index  # as Keras' own optimisers do

    def scaled_step(gradient, variable, learning_rate):
        by_place = {place_of(one): share for one, share in shares}
        return step(gradient, variable, learning_rate * by_place.get(place_of(variable), 1.0))

    optimizer.update_step = scaled_step
    return optimizer
