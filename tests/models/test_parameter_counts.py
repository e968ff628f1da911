import pytest

from learnface.models import MODELS, outline

PARAMETERS = {
    "cnn_gru": 21_043_650,
    "cnn_lstm": 21_370_306,
    "face_classifier": 14_718_279,  # VGG-16's convolutions and 513 x 7
    "fer_cnn": 8_779_047,
    "fer_vgg": 1_167_272,
    "five_branch": 24_128_648,
    "lenet5": 188_459,
    "lu_cnn": 669_607,
    "micro_fusion": 72_002_819,
    "resnet34": 21_305_287,
    "ststnet": 1_715,
    "vgg16": 39_917_383,
    "vgg19": 45_227_079,
    "vgg_conv_lstm": 23_633_034,
    # VGG-16's convolutions have 14,714,688.
    "vggface_fusion": 14_717_766,
    "vggface_lstm": 15_503_686,
    "vggface_rnn": 14_913_094,
    "vggface": 145_002_878,
    "vggface_resnet50": 41_246_071,
    "vggface_senet50": 43_777_063,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_count(name):
    assert outline(name).count_params() == PARAMETERS[name]


def test_no_model_is_missing():
    assert set(PARAMETERS) == set(MODELS)
