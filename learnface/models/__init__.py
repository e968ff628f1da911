"""The model zoo: one paper (or one network of our own) is one file, one builder a model.

    >>> from learnface.models import fer_cnn
    >>> model = fer_cnn(classes=7)

Builders take the arguments of `keras.applications` (`input_shape, include_top, pooling, weights, classes,
classifier_activation, name`) and the paper's own, and return a functional `keras.Model` with every layer
named. Inputs are float32 in [0, 1], `(batch, height, width, channels)` or `(batch, frames, height, width,
channels)`; each model scales its own input. `MODELS` is the table of all of them.
"""

from learnface.models._card import ModelCard
from learnface.models._registry import MODELS, build, names
from learnface.models._saving import load, save
from learnface.models._weights import weights_card, weights_names
from learnface.models.cnn_lstm import cnn_lstm
from learnface.models.fer_cnn import fer_cnn
from learnface.models.fer_vgg import fer_vgg
from learnface.models.lenet5 import lenet5
from learnface.models.lu_cnn import lu_cnn
from learnface.models.micro_fusion import micro_fusion
from learnface.models.resnet34 import resnet34
from learnface.models.ststnet import ststnet
from learnface.models.vgg_conv_lstm import vgg_conv_lstm

__all__ = [
    "MODELS",
    "ModelCard",
    "build",
    "cnn_lstm",
    "fer_cnn",
    "fer_vgg",
    "lenet5",
    "load",
    "lu_cnn",
    "micro_fusion",
    "names",
    "resnet34",
    "save",
    "ststnet",
    "vgg_conv_lstm",
    "weights_card",
    "weights_names",
]
