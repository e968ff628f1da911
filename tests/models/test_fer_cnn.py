from checks.models import check_image_model

from learnface.models import fer_cnn


def test_fer_cnn(tmp_path):
    check_image_model(fer_cnn, tmp_path)


def test_maps_are_those_of_the_paper():
    """Sun et al. 2020, Table 1: 44, 22, 20, 10, 10 and 5 pixels a side, then 3200 features."""
    model = fer_cnn()
    sides = [
        model.get_layer(n).output.shape[1] for n in ("conv2", "pool1", "conv3", "pool2", "conv4", "pool3")
    ]
    assert sides == [44, 22, 20, 10, 10, 5]
    assert model.get_layer("flatten").output.shape == (None, 3200)
    assert [model.get_layer(n).rate for n in ("dropout1", "dropout2")] == [0.6, 0.4]
