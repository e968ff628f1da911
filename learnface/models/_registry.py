"""The table of all models."""

from collections.abc import Callable
from types import MappingProxyType

import keras

from learnface.errors import DataError
from learnface.models.cnn_lstm import cnn_lstm
from learnface.models.fer_cnn import fer_cnn
from learnface.models.fer_vgg import fer_vgg
from learnface.models.lenet5 import lenet5
from learnface.models.lu_cnn import lu_cnn
from learnface.models.micro_fusion import micro_fusion
from learnface.models.resnet34 import resnet34
from learnface.models.ststnet import ststnet
from learnface.models.vgg_conv_lstm import vgg_conv_lstm

__all__ = ["MODELS", "build", "names"]

_BUILDERS = (cnn_lstm, fer_cnn, fer_vgg, lenet5, lu_cnn, micro_fusion, resnet34, ststnet, vgg_conv_lstm)
MODELS = MappingProxyType(
    {builder.__name__: builder for builder in sorted(_BUILDERS, key=lambda b: b.__name__)}
)


def names() -> list[str]:
    """Return the names of all models.

    Example:
        >>> "fer_cnn" in names()
        True
    """
    return list(MODELS)


def build(name: str, **arguments) -> keras.Model:
    """Build a model by its name.

    Args:
        name: one of `names()`.
        **arguments: the builder's own arguments.

    Raises:
        DataError: there is no such model; the message lists those there are.
    """
    builder: Callable[..., keras.Model] | None = MODELS.get(name)
    if builder is None:
        raise DataError(f"there is no model {name!r}: choose one of {', '.join(MODELS)}")
    return builder(**arguments)
