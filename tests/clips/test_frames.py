import numpy as np
import pytest
from checks.faces import draw_face, write_clip, write_picture

from learnface.clips import PrepareSettings, _frames
from learnface.clips._frames import Row, choose_frames, read_frames, read_image
from learnface.errors import DataError

ALL = PrepareSettings(detector=None)


def places(row, settings):
    return [frame.place for frame in read_frames(row, settings)]


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2, 10, 9):  # in the order of numbers, not of letters
        write_picture(tmp_path / "clip" / f"img{number}.png", draw_face(value=150 + number))
    (tmp_path / "clip" / ".DS_Store").write_text("junk")
    (tmp_path / "clip" / "notes.txt").write_text("junk")
    return tmp_path / "clip"


@pytest.fixture
def video(tmp_path):
    return write_clip(tmp_path / "v.avi", [draw_face((32, 48), value=100 + 10 * i) for i in range(10)])


def test_a_picture_keeps_its_channels(tmp_path, rng):
    grey = draw_face()
    colour = rng.integers(0, 256, (6, 8, 3), np.uint8)
    (frame,) = read_frames(Row("a", write_picture(tmp_path / "g.png", grey)), ALL)
    np.testing.assert_array_equal(frame.image, grey)
    found = read_image(write_picture(tmp_path / "c.png", colour))
    np.testing.assert_array_equal(found, colour[..., ::-1])  # OpenCV writes blue first


def test_a_folder_in_the_order_of_its_numbers(folder):
    row = Row("a", str(folder))
    assert row.is_clip
    brightest = [int(frame.image.max()) for frame in read_frames(row, ALL)]
    assert brightest == [151, 152, 159, 160]
    assert places(row, PrepareSettings(frames=2)) == [0, 3]
    assert places(row, PrepareSettings(every=2)) == [0, 2]
    assert places(row, PrepareSettings(frames=6, sampling="centre")) == [0, 0, 1, 2, 3, 3]


def test_a_part_of_a_folder_is_chosen_by_places(folder):
    row = Row("a", str(folder), start=1.0, stop=3.0)
    assert [int(frame.image.max()) for frame in read_frames(row, ALL)] == [152, 159]
    assert places(row, PrepareSettings(frames=4)) == [0, 0, 1, 1]
    assert places(Row("a", str(folder), start=3), ALL) == [0]


@pytest.mark.parametrize(("start", "stop"), [(0.5, 3), (2, 2), (0, 5), (-1, 2), (4, None)])
def test_a_part_that_a_folder_has_not_is_refused(folder, start, stop):
    with pytest.raises(DataError, match="clip is a folder of 4 pictures, and has no part from"):
        places(Row("a", str(folder), start=start, stop=stop), ALL)


@pytest.mark.parametrize("held", [1 << 20, 0])  # in memory, and read twice
def test_frames_of_a_video(video, held, monkeypatch):
    monkeypatch.setattr(_frames, "_HELD", held)
    row = Row("a", video)
    assert places(row, ALL) == list(range(10))
    assert places(row, PrepareSettings(frames=4)) == [0, 3, 6, 9]
    assert places(row, PrepareSettings(every=4)) == [0, 4, 8]
    assert places(row, PrepareSettings(every=4, frames=2)) == [0, 8]
    assert places(Row("a", video, start=0.5, stop=0.8), ALL) == [0, 1, 2]
    assert places(Row("a", video, start=0.5, stop=0.8), PrepareSettings(frames=1)) == [1]
    times = [frame.time for frame in read_frames(row, PrepareSettings(fps=5.0))]
    np.testing.assert_allclose(times, np.arange(0, 1, 0.2), atol=1e-6)


def test_a_clip_of_one_frame_is_repeated(tmp_path):
    row = Row("a", write_clip(tmp_path / "one.avi", [draw_face((32, 48))]))
    assert places(row, PrepareSettings(frames=3)) == [0, 0, 0]


def test_a_row_of_a_csv(tmp_path):
    pixels = np.arange(16) * 17
    text = " ".join(map(str, pixels))
    path = tmp_path / "f.csv"
    path.write_text(
        f'emotion,pixels,Usage\n0,{text},Training\n\n1,"{text[::-1]}",x\n2,1 2 3,x\n3,0 0 0 256,x\n'
    )
    (frame,) = read_frames(Row("a", str(path), row=0), ALL)
    np.testing.assert_array_equal(frame.image, pixels.reshape(4, 4))
    assert not Row("a", str(path), row=0).is_clip
    for row, message in ((2, "row 2 holds no square"), (3, "row 3 holds no square"), (4, "no row 4")):
        with pytest.raises(DataError, match=message):
            places(Row("a", str(path), row=row), ALL)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no column 'pixels'"):
        places(Row("a", str(path), row=0), ALL)


def test_what_is_chosen_of_many():
    assert choose_frames(40, PrepareSettings(every=4, frames=10)).tolist() == list(range(0, 40, 4))
    assert choose_frames(5, PrepareSettings()).tolist() == [0, 1, 2, 3, 4]


def cut_png(path):
    write_picture(path, draw_face())
    path.write_bytes(path.read_bytes()[:-20])


def cut_video(path):
    write_clip(path, [draw_face((32, 48)) for _ in range(20)])
    path.write_bytes(path.read_bytes()[:4000])


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("empty.png", lambda path: path.write_bytes(b""), "empty.png is empty"),
        ("text.png", lambda path: path.write_text("not a picture"), "text.png is not a picture"),
        ("cut.png", cut_png, "cut.png is cut short"),
        ("gone.png", lambda path: None, "gone.png does not exist"),
        ("folder.png", lambda path: path.mkdir(), "folder.png is not a file"),
        ("gone.avi", lambda path: None, "gone.avi does not exist"),
        ("empty.avi", lambda path: path.write_bytes(b""), "empty.avi is empty"),
        ("cut.avi", cut_video, "cut.avi is"),
        ("nothing", lambda path: path.mkdir(), "nothing holds no picture"),
    ],
)
def test_broken_files_are_named(tmp_path, name, make, message):
    make(tmp_path / name)
    with pytest.raises(DataError, match=message):
        places(Row("a", str(tmp_path / name)), PrepareSettings(frames=2))


def test_an_unreadable_folder_is_named(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)  # the superuser may read everything
    with pytest.raises(DataError, match="clip cannot be read: permission denied"):
        places(Row("a", str(folder)), ALL)
