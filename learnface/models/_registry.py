"""The table of all models."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

import keras

from learnface.errors import DataError
from learnface.models.cnn_lstm import cnn_gru, cnn_lstm
from learnface.models.face_classifier import face_classifier
from learnface.models.fer_cnn import fer_cnn
from learnface.models.fer_vgg import fer_vgg
from learnface.models.five_branch import five_branch
from learnface.models.lenet5 import lenet5
from learnface.models.lu_cnn import lu_cnn
from learnface.models.micro_fusion import micro_fusion
from learnface.models.resnet34 import resnet34
from learnface.models.ststnet import ststnet
from learnface.models.vgg16 import vgg16
from learnface.models.vgg19 import vgg19
from learnface.models.vgg_conv_lstm import vgg_conv_lstm
from learnface.models.vggface import vggface
from learnface.models.vggface_lstm import vggface_fusion, vggface_lstm, vggface_rnn
from learnface.models.vggface_resnet50 import vggface_resnet50
from learnface.models.vggface_senet50 import vggface_senet50

__all__ = ["MODELS", "build", "names", "outline"]

_BUILDERS = (
    cnn_gru,
    cnn_lstm,
    face_classifier,
    fer_cnn,
    fer_vgg,
    five_branch,
    lenet5,
    lu_cnn,
    micro_fusion,
    resnet34,
    ststnet,
    vgg16,
    vgg19,
    vgg_conv_lstm,
    vggface,
    vggface_fusion,
    vggface_lstm,
    vggface_resnet50,
    vggface_rnn,
    vggface_senet50,
)
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


def outline(name: str, **arguments) -> keras.Model:
    """Build a model without its weights, to count or list them: no memory is used, and it cannot be run.

    Its layers without a name are numbered from the start, and Keras' session is left as it was.

    Args:
        name: one of `names()`.
        **arguments: the builder's own arguments.

    Raises:
        DataError: there is no such model; the message lists those there are.

    Example:
        >>> outline("vggface").count_params()
        145002878
    """
    # A thread has a Keras session of its own. In the caller's, the next scope of the kind would fill these weights
    # after all, and clearing that would undo a dtype policy and begin the random numbers anew.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_without_weights, name, arguments).result()


def _without_weights(name: str, arguments: dict) -> keras.Model:
    with keras.StatelessScope(initialize_variables=False):
        return build(name, **arguments)
