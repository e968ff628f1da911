import numpy as np
from checks.models import check_image_model

from learnface.models import fer_vgg


def test_fer_vgg(tmp_path):
    check_image_model(fer_vgg, tmp_path)


def test_any_size():
    model = fer_vgg(input_shape=(None, None, 1))
    assert model(np.zeros((1, 44, 44, 1), "float32")).shape == (1, 8)
    assert model(np.zeros((1, 64, 80, 1), "float32")).shape == (1, 8)


def test_widths_set_the_blocks():
    model = fer_vgg(widths=(8, 16), include_top=False)
    assert model.output_shape == (None, 22, 22, 16)


def test_border_is_left_off():
    images = np.random.default_rng(0).random((2, 48, 48, 1)).astype("float32")
    whole = fer_vgg((44, 44, 1), widths=(4, 8), border=0)
    cut = fer_vgg((48, 48, 1), widths=(4, 8), border=2)
    cut.set_weights(whole.get_weights())
    np.testing.assert_allclose(cut(images), whole(images[:, 2:-2, 2:-2]), atol=1e-6)
