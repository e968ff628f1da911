import pytest

from learnface.cli._amounts import clock, counted


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (1234, "1,234 files")])
def test_counted(number, text):
    assert counted(number, "file") == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (10, "0:10"), (75.4, "1:15"), (3723, "1:02:03")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_a_plural_of_its_own():
    assert counted(2, "folder of frames", "folders of frames") == "2 folders of frames"
