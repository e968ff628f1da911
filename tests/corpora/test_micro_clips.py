import pandas as pd
import pytest
from checks.sheets import write_frames

from learnface.corpora import CountWarning, clip_paths
from learnface.corpora._index import Problems
from learnface.corpora._micro_clips import (
    Folder,
    check_missing,
    clip,
    clip_table,
    frame_folder,
    numbers_of,
    report_absent,
    warn_incomplete,
    warn_of,
)
from learnface.errors import DataError


def place(onset, apex, offset, numbers=range(40, 51)):
    problems = Problems("test")
    row = clip(Folder("f", numbers), onset, apex, offset, "a", problems)
    problems.raise_if_any()
    return row


def test_a_clip_is_placed_in_its_folder():
    assert place(42, 45, 47) == {
        "frames": "f",
        "onset": 42,
        "apex": 45,
        "offset": 47,
        "start": 2,
        "stop": 8,
        "apex_place": 3,
        "frames_missing": 0,
        "mended": None,
    }


def test_lost_frames_are_counted_and_the_nearest_to_the_apex_is_taken():
    row = place(42, 45, 47, numbers=[40, 42, 43, 46, 50])
    assert [row[name] for name in ("start", "stop", "apex_place", "frames_missing")] == [1, 4, 2, 3]


@pytest.mark.parametrize(
    ("numbers", "expected", "mended"),
    [
        ((42, 41, 47), (42, None, 47), "apex 41 is outside 42 to 47, read as missing"),
        ((42, 48, 47), (42, None, 47), "apex 48 is outside 42 to 47, read as missing"),
        ((42, 42, 42), (42, 42, 42), None),
        ((42, 42, 47), (42, 42, 47), "apex 42 is on the onset frame, its place is left out"),
        ((42, 45, 0), (42, 45, 50), "offset 0 is before onset 42, read as 50, the last frame on disk"),
        ((None, 45, 47), (40, 45, 47), "no onset, read as 40, the first frame on disk"),
        ((42, None, None), (42, None, 50), "no offset, read as 50, the last frame on disk"),
    ],
)
def test_what_is_mended_is_said(numbers, expected, mended):
    row = place(*numbers)
    assert (row["onset"], row["apex"], row["offset"], row["mended"]) == (*expected, mended)
    assert row["apex_place"] != 0 or row["stop"] - row["start"] == 1


def test_renumbered_frames_are_refused():
    with pytest.raises(DataError, match=r"a: frames 5,?562 to 5,?600 are not in f \(40 to 50\)"):
        place(5562, 5570, 5600)


def test_frames_are_listed_by_number_with_mixed_widths(tmp_path):
    write_frames(tmp_path / "a", [9999, 10000, 9998], "006_{}.jpg")
    problems = Problems("test")
    assert frame_folder(tmp_path / "a", problems).numbers == [9998, 9999, 10000]
    assert frame_folder(tmp_path, problems).path == tmp_path / "a"
    (tmp_path / "a/cover.jpg").touch()
    assert frame_folder(tmp_path / "a", problems) is None
    with pytest.raises(DataError, match=r"cover.jpg: has no frame number"):
        problems.raise_if_any()


def test_paths_of_a_clip(tmp_path):
    folder = write_frames(tmp_path / "a", range(8, 13), "img{}.jpg")
    row = pd.Series({"frames": str(folder), "start": 1, "stop": 4})
    assert clip_paths(row) == [str(folder / f"img{number}.jpg") for number in (9, 10, 11)]
    assert len(clip_paths(row.drop("start"))) == 5
    with pytest.raises(DataError, match="holds no pictures"):
        clip_paths(pd.Series({"frames": str(tmp_path)}))


def test_table_keeps_whole_numbers_and_puts_mended_last():
    rows = [{"sample": "a"} | place(42, None, 47) | {"level": 1}]
    table = clip_table(rows, "mine", ("x",))
    assert table.columns[-2:].tolist() == ["level", "mended"]
    assert table["apex"].dtype == "Int64"
    assert table.attrs["labels"] == ("x",)


def test_cells_that_are_no_numbers_are_listed():
    problems = Problems("test")
    row = {"onset": "5 ", "apex": "/", "offset": "late", "place": "a.xlsx row 3"}
    assert numbers_of(row, ("onset", "apex", "offset"), problems) == {
        "onset": 5,
        "apex": None,
        "offset": None,
    }
    with pytest.raises(DataError, match="a.xlsx row 3: offset is 'late'; write a whole number"):
        problems.raise_if_any()


def test_warnings_name_a_few(tmp_path):
    with pytest.warns(CountWarning, match=r"^mine: 7 clip\(s\) of old: 0, 1, 2, 3, 4 and 2 more$"):
        warn_of("mine", "of old", map(str, range(7)))
    table = pd.DataFrame({"sample": ["a", "b"], "frames_missing": [0, 2]})
    with pytest.warns(CountWarning, match=r"^mine: 1 clip\(s\) without some of their frames: b \(2\)$"):
        warn_incomplete(table, "mine")


def test_absent_clips_are_refused_or_dropped_with_a_warning(tmp_path):
    problems = Problems("mine")
    with pytest.warns(CountWarning, match=r"2 clip\(s\) of the sheet left out, not in"):
        report_absent(["a", "b"], "mine", "drop", tmp_path, problems)
    assert not len(problems)
    report_absent(["a"], "mine", "raise", tmp_path, problems)
    with pytest.raises(DataError, match="a: is in the sheet but not in .*pass missing='drop'"):
        problems.raise_if_any()
    with pytest.raises(DataError, match="missing is 'keep'; use 'raise' or 'drop'"):
        check_missing("keep")
