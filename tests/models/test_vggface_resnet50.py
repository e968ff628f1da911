import numpy as np
from checks.keras_files import keras_name, vggface2_layers

from learnface.models import outline


def test_the_published_body_layer_by_layer():
    """Its parameters as keras-vggface counts them, of which 53,120 are moving means and variances."""
    model = outline("vggface_resnet50", include_top=False)
    assert model.count_params() == 23_561_152
    assert 23_561_152 - sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 53_120
    blocks = [(1, 2, number) for number in (3, 4, 6, 3)]
    published = vggface2_layers(1, blocks, reduction=0)
    names = {keras_name(name) for name, arrays in published.items() if arrays}
    assert {layer.name for layer in model.layers if layer.weights} == names
    strided = {layer.name for layer in model.layers if getattr(layer, "strides", (1, 1)) == (2, 2)}
    first = {f"conv{stage}_1_1x1_{part}" for stage in (3, 4, 5) for part in ("reduce", "proj")}
    assert strided == {"conv1_7x7_s2", "pool1_3x3_s2"} | first, "Caffe strides the first 1x1 convolution"
