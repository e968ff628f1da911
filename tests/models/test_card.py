import pytest

from learnface.errors import DataError
from learnface.models import ModelCard


def test_round_trip_keeps_types():
    card = ModelCard("fer_cnn", ("happy", "sad"), (48, 48, 1), scores={"accuracy": 0.5})
    again = ModelCard.from_json(card.to_json())
    assert again == card
    assert isinstance(again.labels, tuple)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"model": "x"}', '{"model": "x", "labels": [], "input_shape": [], "hue": 1}']
)
def test_other_json_is_refused(text):
    with pytest.raises(DataError, match="not a model card"):
        ModelCard.from_json(text)


@pytest.mark.parametrize("labels", [("a", "a"), ("a", "")])
def test_classes_have_names_of_their_own(labels):
    with pytest.raises(DataError, match="give every class a name of its own"):
        ModelCard("fer_cnn", labels, (48, 48, 1))
