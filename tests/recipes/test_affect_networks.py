import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import fer_vgg
from learnface.recipes._affect_networks import HEADS, build_network, parse_name


@pytest.mark.parametrize("head", HEADS)
def test_every_head_gives_two_outputs_a_frame(head):
    model = build_network(f"fer_vgg_{head}", (3, 16, 16, 3), weights="imagenet", width=0.1, kernel_size=3)
    assert model.output_shape == (None, 3, 2) and model.name == f"fer_vgg_{head}"
    recurrent = [layer.name for layer in model.layers if "lstm" in layer.name or "gru" in layer.name]
    assert bool(recurrent) == (not head.startswith("per_frame"))


def test_width_scales_the_layers():
    wide, narrow = (build_network("fer_vgg_lstm", (3, 16, 16, 1), width=w) for w in (0.5, 0.25))
    assert wide.get_layer("lstm1").units == 128 and narrow.get_layer("lstm1").units == 64


def test_a_layer_in_the_middle_of_the_backbone():
    model = build_network("fer_vgg_conv_lstm", (3, 16, 16, 3), width=0.1, kernel_size=3, layer="block2_conv2")
    assert model.get_layer("maps").output.shape == (None, 3, 8, 8, 6)


def test_names():
    assert parse_name("vgg16_per_frame_map") == ("vgg16", "per_frame_map")
    for wrong in ("vgg16", "lstm", "vgg99_lstm", "fer_vgg_tree"):
        with pytest.raises(DataError, match="as in vgg19_lstm"):
            parse_name(wrong)


@pytest.mark.parametrize("layer", [None, "block2_conv2_relu"])
def test_the_compact_backbone_can_begin_with_its_weights(layer):
    network = build_network("fer_vgg_per_frame", (2, 16, 16, 1), weights="ferplus", layer=layer)
    kernels = [array.ravel()[:9] for array in network.get_weights() if array.shape == (3, 3, 1, 32)]
    trained = fer_vgg(weights="ferplus").get_layer("block1_conv1").get_weights()[0]
    np.testing.assert_array_equal(kernels, [trained.ravel()[:9]])


def test_weights_of_another_width_do_not_fit():
    with pytest.raises(DataError, match="does not fit fer_vgg"):
        build_network("fer_vgg_per_frame", (2, 16, 16, 1), weights="ferplus", width=0.5)
