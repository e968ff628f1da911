"""The model zoo: one paper (or one network of our own) is one file, one builder a model.

    >>> from learnface.models import fer_cnn
    >>> model = fer_cnn(classes=7)

Builders take the arguments of `keras.applications` (`input_shape, include_top, pooling, weights, classes,
classifier_activation, name`) and the paper's own, and return a functional `keras.Model` with every layer
named. Inputs are float32 in [0, 1], `(batch, height, width, channels)` or `(batch, frames, height, width,
channels)`; each model scales its own input. `MODELS` is the table of all of them.
"""

from learnface.models._card import ModelCard
from learnface.models._exporting import export
from learnface.models._flops import flops
from learnface.models._registry import MODELS, build, names, outline
from learnface.models._saving import load, save
from learnface.models._weights import weights_card, weights_names
from learnface.models.backbones import BACKBONES, build_backbone
from learnface.models.cnn_lstm import cnn_gru, cnn_lstm
from learnface.models.face_classifier import face_classifier
from learnface.models.fer_cnn import fer_cnn
from learnface.models.fer_vgg import fer_vgg
from learnface.models.five_branch import branch_weights, five_branch
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

__all__ = [
    "BACKBONES",
    "MODELS",
    "ModelCard",
    "branch_weights",
    "build",
    "build_backbone",
    "cnn_gru",
    "cnn_lstm",
    "export",
    "face_classifier",
    "fer_cnn",
    "fer_vgg",
    "five_branch",
    "flops",
    "lenet5",
    "load",
    "lu_cnn",
    "micro_fusion",
    "names",
    "outline",
    "resnet34",
    "save",
    "ststnet",
    "vgg16",
    "vgg19",
    "vgg_conv_lstm",
    "vggface",
    "vggface_fusion",
    "vggface_lstm",
    "vggface_resnet50",
    "vggface_rnn",
    "vggface_senet50",
    "weights_card",
    "weights_names",
]
