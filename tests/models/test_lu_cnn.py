from checks.models import check_image_model

from learnface.models import lu_cnn


def test_lu_cnn(tmp_path):
    check_image_model(lu_cnn, tmp_path)


def test_three_convolutions_each_pooled():
    model = lu_cnn()
    assert [model.get_layer(f"pool{n}").output.shape[1:] for n in (1, 2, 3)] == [
        (24, 24, 32),
        (12, 12, 32),
        (6, 6, 64),
    ]
