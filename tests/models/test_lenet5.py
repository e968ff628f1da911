from checks.models import check_image_model

from learnface.models import lenet5


def test_lenet5(tmp_path):
    check_image_model(lenet5, tmp_path)


def test_original_lenet5_without_cross_connections():
    """LeCun et al. 1998 with full connections in C3: 61,706 parameters on 32x32 digits."""
    assert lenet5((32, 32, 1), classes=10, cross_connected=False).count_params() == 61706


def test_cross_connections_join_both_pools():
    assert lenet5().get_layer("cross").output.shape[-1] == 22 * 22 * 6 + 9 * 9 * 16 + 120
