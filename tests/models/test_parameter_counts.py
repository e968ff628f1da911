import pytest

from learnface.models import MODELS, build

PARAMETERS = {
    "cnn_lstm": 21_370_306,
    "fer_cnn": 8_779_047,
    "fer_vgg": 1_167_272,
    "lenet5": 188_459,
    "lu_cnn": 669_607,
    "micro_fusion": 72_002_819,
    "resnet34": 21_305_287,
    "ststnet": 1_715,
    "vgg_conv_lstm": 23_633_034,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_count(name):
    assert build(name).count_params() == PARAMETERS[name]


def test_no_model_is_missing():
    assert set(PARAMETERS) == set(MODELS)
