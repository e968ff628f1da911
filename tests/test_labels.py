import pytest

from learnface.errors import DataError
from learnface.labels import FER2013, FERPLUS, LEARNING_EMOTIONS, canonical, label_map


def test_fer2013_codes():
    assert dict(enumerate(FER2013))[3] == "happy"
    assert FER2013.index("neutral") == 6  # alphabetical order would say 4


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Happiness", "happy"), ("anger", "angry"), (" PUZZLE ", "confused"), ("contempt", "contempt")],
)
def test_canonical(written, expected):
    assert canonical(written) == expected


def test_map_marks_missing_labels():
    codes = label_map(FERPLUS, FER2013)
    assert codes[FERPLUS.index("contempt")] == -1
    for name, code in zip(FERPLUS, codes, strict=True):
        assert code == -1 or FER2013[code] == name


def test_merge_of_unknown_label_is_refused():
    with pytest.raises(DataError, match="asleep"):
        label_map(("tired",), LEARNING_EMOTIONS, merge={"tired": "asleep"})
    with pytest.raises(DataError, match="sleepy"):
        label_map(("tired",), LEARNING_EMOTIONS, merge={"sleepy": "distracted"})
