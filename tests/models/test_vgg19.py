from learnface.models import outline


def test_the_published_network_has_its_parameters():
    model = outline("vgg19", input_shape=(224, 224, 3), classes=1000)
    assert model.count_params() == 143_667_240
    assert {"block5_conv4", "fc2_dropout", "predictions"} <= {layer.name for layer in model.layers}


def test_wang2020s_input_is_the_preset():
    assert outline("vgg19").input_shape == (None, 64, 64, 1)
