import pytest

from learnface import models
from learnface.errors import DataError


def test_unknown_model_lists_those_there_are():
    with pytest.raises(DataError, match="fer_cnn"):
        models.build("vgg99")


def test_every_builder_is_public():
    assert set(models.names()) <= set(models.__all__)
    assert models.names() == sorted(models.names())


def test_build_passes_arguments():
    assert models.build("lenet5", classes=3).output_shape == (None, 3)
