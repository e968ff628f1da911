import matplotlib
import pytest
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports import _picture, confusion_picture, save_picture


def luminance(colour):
    parts = (part**2.2 for part in matplotlib.colors.to_rgb(colour))
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_writes_whole_pictures(tmp_path, suffix):
    figure = confusion_picture([[1, 0], [0, 1]], ("a", "b"))
    path = save_picture(figure, str(tmp_path / "new" / f"picture{suffix}"))
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert path.read_bytes().startswith(starts[suffix])
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_dollars_in_names_are_no_formulas(tmp_path):
    figure = confusion_picture([[1, 0], [0, 1]], ("a $5_$x_^", "b"), title="lesson $5_$x_^.mp4")
    save_picture(figure, tmp_path / "a.svg")
    assert "$5_$x_^.mp4" in (tmp_path / "a.svg").read_text()


def test_same_picture_same_bytes(tmp_path):
    paths = [save_picture(confusion_picture([[1]], ("a",)), tmp_path / f"{n}.png") for n in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_failure_leaves_the_old_picture(tmp_path, monkeypatch):
    path = save_picture(confusion_picture([[1]], ("a",)), tmp_path / "picture.png")
    old = path.read_bytes()

    def broken(self, file, **_):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", broken)
    with pytest.raises(OSError, match="disk full"):
        save_picture(confusion_picture([[2]], ("a",)), path)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["picture.png"]


@pytest.mark.parametrize("name", ["picture", "picture.txt"])
def test_unknown_format_is_named(tmp_path, name):
    with pytest.raises(DataError, match=f"{name} must end in one of .*png"):
        save_picture(confusion_picture([[1]], ("a",)), tmp_path / name)


def test_print_is_readable_on_white():
    """WCAG asks for a contrast of 4.5 for text; lines need 3."""
    for colour, least in [
        (_picture.INK, 4.5),
        (_picture.GREY, 4.5),
        (_picture.BLUE, 3),
        (_picture.ORANGE, 3),
    ]:
        assert 1.05 / (luminance(colour) + 0.05) > least


def test_pyplot_is_left_alone():
    before = dict(matplotlib.rcParams)
    confusion_picture([[1]], ("a",))
    assert dict(matplotlib.rcParams) == before
