import errno
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from learnface.errors import DataError, WriteError
from learnface.inference.writer import FORMATS, PredictionWriter
from learnface.labels import VALENCE_AROUSAL

LABELS = ("glad", "sad")


def picture_table(source="é, photo.jpg", rows=2):
    return pd.DataFrame(
        {
            "source": pd.Series([source] * rows, dtype=str),
            "face": pd.Series(range(rows), dtype="int64"),
            "x": 1.5,
            "y": 2.5,
            "width": 10.0,
            "height": 12.0,
            "score": np.nan,
            "label": pd.Series(["glad"] * rows, dtype=str),
            "confidence": 0.7512345,
            "p_glad": 0.7512345,
            "p_sad": 0.2487655,
        }
    )


def video_table(start, rows=3):
    table = picture_table("clip.mp4", rows)
    table.insert(1, "frame", range(start, start + rows))
    table.insert(2, "time", [(start + i) / 10 for i in range(rows)])
    return table


def read(path):
    if path.suffix == ".csv":
        return pd.read_csv(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read_again(tmp_path, kind):
    path = tmp_path / f"predictions.{kind}"
    tables = [picture_table(), video_table(0), picture_table(rows=0), video_table(3)]
    with PredictionWriter(path, LABELS) as writer:
        for table in tables:
            writer.write(table)
    assert writer.rows == 8
    expected = pd.concat([video_table(0, 0), *tables]).reset_index(drop=True)
    result = read(path)
    assert list(result.columns) == list(expected.columns)
    for column in expected.columns:
        if expected[column].dtype.kind in "OT" or column in ("source", "label"):
            assert result[column].tolist() == expected[column].tolist()
        else:
            assert result[column].to_numpy(float) == pytest.approx(
                expected[column].to_numpy(float), nan_ok=True, abs=1e-5
            )


@pytest.mark.parametrize("kind", FORMATS)
def test_no_rows_make_a_valid_file(tmp_path, kind):
    path = tmp_path / f"predictions.{kind}"
    with PredictionWriter(path, LABELS) as writer:
        writer.write(picture_table(rows=0))
    assert len(read(path)) == 0


def test_whole_numbers_stay_whole_in_text(tmp_path):
    for kind in ("csv", "json"):
        with PredictionWriter(tmp_path / f"a.{kind}", LABELS) as writer:
            writer.write(video_table(3, 1))
    assert (tmp_path / "a.csv").read_text().splitlines()[1].startswith("clip.mp4,3,0.3,0,")
    assert json.loads((tmp_path / "a.json").read_text())[0]["score"] is None


def test_frames_of_the_third_hour_are_told_apart(tmp_path):
    with PredictionWriter(tmp_path / "a.csv", LABELS) as writer:
        writer.write(video_table(3, 1).assign(time=10_000.04))
        writer.write(video_table(4, 1).assign(time=10_000.08))
    assert pd.read_csv(tmp_path / "a.csv")["time"].tolist() == [10_000.04, 10_000.08]


def test_parquet_gathers_rows_into_groups(tmp_path):
    with PredictionWriter(tmp_path / "a.parquet", LABELS) as writer:
        for start in range(0, 12_000, 100):
            writer.write(video_table(start, 100))
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert (file.metadata.num_row_groups, file.metadata.num_rows) == (2, 12_000)


@pytest.mark.parametrize("kind", FORMATS)
def test_ctrl_c_keeps_the_rows_and_an_error_keeps_the_old_file(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    with pytest.raises(KeyboardInterrupt), PredictionWriter(path, LABELS) as writer:
        writer.write(video_table(0))
        raise KeyboardInterrupt
    assert len(read(path)) == 3
    with pytest.raises(ZeroDivisionError), PredictionWriter(path, LABELS) as writer:
        writer.write(video_table(0, 50))
        raise ZeroDivisionError
    assert len(read(path)) == 3
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_wrong_suffix(tmp_path):
    with pytest.raises(DataError, match="ends in '.xlsx'"):
        PredictionWriter(tmp_path / "a.xlsx", LABELS)


def test_valence_and_arousal_have_no_label_and_no_probabilities(tmp_path):
    table = picture_table()[["source", "face"]].assign(valence=0.25, arousal=-0.5)
    with PredictionWriter(tmp_path / "va.csv", VALENCE_AROUSAL) as writer:
        writer.write(table)
    columns = ["source", "frame", "time", "face", "x", "y", "width", "height", "score", "valence", "arousal"]
    written = pd.read_csv(tmp_path / "va.csv")
    assert list(written) == columns and written["arousal"].tolist() == [-0.5, -0.5]


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_a_disk_that_is_full_when_a_picture_is_drawn_keeps_the_rows(tmp_path, kind):
    path = tmp_path / f"p.{kind}"
    with pytest.raises(WriteError, match="a.png"), PredictionWriter(path, LABELS) as writer:
        writer.write(picture_table())
        raise WriteError("a.png cannot be written (the disk is full): make room and run again")
    assert path.stat().st_size > 50


def test_a_disk_that_is_full_at_the_end_leaves_no_half_file(tmp_path):
    writer = PredictionWriter(tmp_path / "p.csv", LABELS)
    with pytest.raises(WriteError, match=r"p.csv cannot be written \(the disk is full\)"), writer:
        writer.write(picture_table())
        writer._open_sink = FullDisk(writer._open_sink)
    assert not list(tmp_path.iterdir())


class FullDisk:
    """A table whose last bytes do not fit."""

    def __init__(self, sink):
        self.sink = sink

    def close(self):
        self.sink.close()
        raise OSError(errno.ENOSPC, "No space left on device")


def test_names_with_odd_ends_of_lines_stay_whole(tmp_path):
    with PredictionWriter(tmp_path / "a.json", LABELS) as writer:
        writer.write(picture_table("a\u2028b\x85c.jpg"))
    assert [row["source"] for row in json.loads((tmp_path / "a.json").read_text())] == [
        "a\u2028b\x85c.jpg"
    ] * 2
