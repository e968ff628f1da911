from learnface.models import outline


def test_parameters_of_the_published_body():
    """As keras-vggface counts them; 53,120 are moving means and variances."""
    model = outline("vggface_senet50", include_top=False)
    assert model.count_params() == 26_092_144
    assert 26_092_144 - sum(weight.shape.num_elements() for weight in model.trainable_weights) == 53_120
