from learnface.models import outline


def test_parameters_of_the_published_body():
    """As keras-vggface counts them; 53,120 are moving means and variances."""
    model = outline("vggface_resnet50", include_top=False)
    assert model.count_params() == 23_561_152
    assert 23_561_152 - sum(weight.shape.num_elements() for weight in model.trainable_weights) == 53_120
