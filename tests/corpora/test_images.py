import sys

import cv2
import numpy as np
import pandas as pd
import pytest

from learnface.corpora import _images, load_images
from learnface.errors import DataError


def write_image(path, image):
    ok, data = cv2.imencode(path.suffix, image)
    assert ok
    path.write_bytes(data.tobytes())
    return str(path)


def write_csv(path, images):
    rows = [f"0,{' '.join(map(str, image.ravel()))},Training\n" for image in images]
    path.write_text("emotion,pixels,Usage\n" + "".join(rows))
    return str(path)


def faces(rng, count):
    return rng.integers(0, 256, (count, 48, 48), dtype=np.uint8)


def table(frames, rows=None):
    return pd.DataFrame({"frames": frames} | ({} if rows is None else {"row": rows}))


def test_files_come_in_index_order_even_from_unicode_paths(tmp_path, rng):
    images = rng.integers(0, 256, (3, 6, 5), dtype=np.uint8)
    paths = [write_image(tmp_path / f"gesicht-ü-顔-{n}.png", image) for n, image in enumerate(images)]
    loaded = load_images(table([paths[2], paths[0], paths[2]]))
    assert loaded.dtype == np.uint8
    np.testing.assert_array_equal(loaded, images[[2, 0, 2], ..., None])


def test_channels_are_what_was_asked_for(tmp_path):
    blue = np.zeros((2, 2, 3), np.uint8)
    blue[..., 0] = 200  # OpenCV writes BGR
    grey = np.full((2, 2), 90, np.uint8)
    index = table([write_image(tmp_path / "blue.png", blue), write_image(tmp_path / "grey.png", grey)])
    np.testing.assert_array_equal(load_images(index, channels=3)[:, 0, 0], [[0, 0, 200], [90, 90, 90]])
    weights = load_images(index)[0, 0, 0, 0] / 200
    assert weights == pytest.approx(0.114, abs=0.003)  # the share of blue in ITU-R BT.601 luma


def test_resizing_averages_areas(tmp_path):
    image = np.array([[0, 100, 10, 10], [100, 200, 10, 10]], np.uint8)
    index = table([write_image(tmp_path / "a.png", image), write_image(tmp_path / "b.png", image[:1, :2])])
    np.testing.assert_array_equal(load_images(index, size=[1, 2]), load_images(index, size=(1, 2)))
    loaded = load_images(index, size=(1, 2))
    assert loaded.shape == (2, 1, 2, 1)
    assert loaded[0].ravel().tolist() == [100, 10]
    assert loaded[1].ravel().tolist() == [0, 100]


def test_all_bad_files_come_in_one_error(tmp_path, capfd):
    good = write_image(tmp_path / "good.png", np.zeros((48, 48), np.uint8))
    odd = write_image(tmp_path / "odd.png", np.zeros((40, 50), np.uint8))
    (tmp_path / "empty.png").touch()
    (tmp_path / "cut.png").write_bytes((tmp_path / "good.png").read_bytes()[:20])
    bad = [str(tmp_path / name) for name in ("gone.png", "empty.png", "cut.png", "")]
    with pytest.raises(DataError) as error:
        load_images(table([good, odd, *bad]))
    message = str(error.value)
    assert "5 problems" in message
    assert "odd.png: is 50 x 40, where the first image is 48 x 48; pass size=(height, width)" in message
    assert "gone.png: does not exist" in message
    assert "empty.png: is broken or not an image" in message
    assert "cut.png: is broken or not an image" in message
    assert "cannot be read (Is a directory)" in message


def test_csv_rows_come_in_index_order_across_chunks_and_files(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(_images, "_CSV_CHUNK", 3)
    images = faces(rng, 10)
    first, second = write_csv(tmp_path / "a.csv", images[:8]), write_csv(tmp_path / "b.csv", images[8:])
    index = table([first, second, first, first, second, first], [7, 1, 0, 4, 0, 4])
    np.testing.assert_array_equal(load_images(index)[..., 0], images[[7, 9, 0, 4, 8, 4]])


def test_csv_and_files_mix(tmp_path, rng):
    image, face = faces(rng, 2)
    index = table(
        [write_image(tmp_path / "a.png", image), write_csv(tmp_path / "a.csv", [face])], [np.nan, 0]
    )
    np.testing.assert_array_equal(load_images(index)[..., 0], [image, face])
    assert load_images(index, size=(24, 24), channels=3).shape == (2, 24, 24, 3)


@pytest.mark.parametrize("blank", [" ", "  "])
def test_every_value_is_parsed(tmp_path, blank):
    values = np.resize(np.arange(256), 48 * 48)
    (tmp_path / "a.csv").write_text(f'pixels\n"{blank}{blank.join(map(str, values))}{blank}"\n')
    loaded = load_images(table([str(tmp_path / "a.csv")], [0]))
    np.testing.assert_array_equal(loaded.ravel(), values)


def pixels(first: str) -> str:
    return " ".join([first, *["7"] * (48 * 48 - 1)])


@pytest.mark.parametrize(
    "bad",
    ["", "1 2 3", pixels("256"), pixels("300"), pixels("1000"), pixels("-1"), pixels("1.5"), pixels("x")]
    + [pixels("5 5"), pixels("٣"), pixels("999"), pixels("00255")],
)
def test_a_malformed_row_is_named_among_good_ones(tmp_path, bad):
    (tmp_path / "a.csv").write_text(f"pixels,x\n{pixels('255')},\n{bad},\n{pixels('0')},\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"^\S*a\.csv row 1: .*a row holds 2,304 values from 0 to 255$"):
        load_images(table([str(tmp_path / "a.csv")] * 3, [0, 1, 2]))


def test_a_bad_row_in_one_cannot_hide_in_its_neighbour(tmp_path):
    """One value short and one value too many: the sum is right, the rows are not."""
    short, long = " ".join(["1"] * 2303), " ".join(["1"] * 2305)
    (tmp_path / "a.csv").write_text(f"pixels\n{short}\n{long}\n")
    with pytest.raises(
        DataError, match=r"(?s)2 problems.*row 0: holds 2,303 pixels.*row 1: holds 2,305 pixels"
    ):
        load_images(table([str(tmp_path / "a.csv")] * 2, [0, 1]))


def test_missing_rows_and_files(tmp_path, rng):
    path = write_csv(tmp_path / "a.csv", faces(rng, 2))
    index = table([path, path, str(tmp_path / "gone.csv")], [1, 5, 0])
    with pytest.raises(DataError, match=r"(?s)2 problems.*a.csv row 5: is missing.*gone.csv does not exist"):
        load_images(index)


def test_wrong_arguments(tmp_path):
    with pytest.raises(DataError, match="channels is 4"):
        load_images(table(["a.png"]), channels=4)
    with pytest.raises(DataError, match="no rows"):
        load_images(table([]))


def test_a_progress_bar_appears_only_on_a_terminal(tmp_path, monkeypatch, capsys):
    path = write_image(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    monkeypatch.setattr(_images, "_LONG", 1)
    load_images(table([path]))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    load_images(table([path]))
    assert "Loading images" in capsys.readouterr().err
    monkeypatch.setattr(_images, "_LONG", 2)
    load_images(table([path]))
    assert capsys.readouterr().err == ""
