import json

import cv2
import pytest
from checks.films import patterns, write_video

from learnface.cli import main as cli


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["learnface", "check", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0


def write_pictures(root, names, seed=0):
    for name, image in zip(names, patterns(len(names), seed), strict=True):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / name), image)
    return root


def test_a_sound_folder(monkeypatch, capsys, tmp_path):
    names = [
        f"{label}/{who}/{n}/{n}.png" for label in ("高兴", "困惑") for who in ("王芳", "李明") for n in "12"
    ]
    images = patterns(len(names) * 4, size=(60, 80)).reshape(len(names), 4, 60, 80)
    for name, frames in zip(names, images, strict=True):
        folder = (tmp_path / name).parent
        folder.mkdir(parents=True)
        for number, frame in enumerate(frames):
            cv2.imwrite(str(folder / f"{number}.png"), frame)
    assert run(monkeypatch, tmp_path) == 0
    out = capsys.readouterr().out
    cells = [line.replace("│", " ").split() for line in out.splitlines()]
    assert ["困惑", "4", "2"] in cells and ["高兴", "4", "2"] in cells and ["all", "8", "2"] in cells
    assert "8 folders of frames" in out and "80 x 60 (8)" in out and "4 min, 4 median, 4 max" in out
    assert "no problems" in out


def test_problems_are_told_and_written(monkeypatch, capsys, tmp_path):
    root = write_pictures(tmp_path / "data", ["train/sad/a.png", "train/happy/b.png", "test/sad/c.png"])
    (root / "test/happy").mkdir()
    (root / "test/happy/again.png").write_bytes((root / "train/sad/a.png").read_bytes())
    cv2.imwrite(str(root / "test/sad/tiny.png"), patterns(1, seed=3, size=(20, 20))[0])
    (root / "train/sad/empty.mp4").touch()
    write_video(root / "train/sad/one.mp4", patterns(1, seed=4))
    assert run(monkeypatch, root, "--json", tmp_path / "found.json", "--workers", 2) == 1
    out = capsys.readouterr().out
    for text in (
        "damaged or unreadable: 1",
        "empty.mp4 is empty (0 bytes)",
        "clips of one frame: 1",
        "tiny pictures: 1",
        "tiny.png has 20 x 20 pixels",
        "exact copies: 1",
        "1 pair, 1 across splits, 1 conflicting labels",
        "show the same, in test and train, labelled happy and sad",
    ):
        assert text in out
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["samples"] == 7 and found["unreadable"] == 1
    assert {problem["kind"] for problem in found["problems"]} == {"unreadable", "one frame", "small", "copy"}
    assert [(pair["sample_1"], pair["exact"]) for pair in found["pairs"]] == [("test/happy/again.png", True)]
    assert run(monkeypatch, root, "--no-duplicates", "--quick") == 1
    assert "copies" not in capsys.readouterr().out


def test_another_corpus_and_its_warnings(monkeypatch, capsys, tmp_path):
    rows = [" ".join(map(str, image.ravel())) for image in patterns(2)]
    lines = ["emotion,pixels,Usage", f"3,{rows[0]},Training", f"0,{rows[1]},PrivateTest"]
    (tmp_path / "fer2013.csv").write_text("\n".join(lines))
    assert run(monkeypatch, tmp_path, "--corpus", "fer2013") == 1
    out = capsys.readouterr().out
    assert "while indexing: 1" in out and "the counts differ from the published ones" in out
    assert "48 x 48 (2)" in out and "surprise" in out


def test_unusable(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, tmp_path / "nowhere") == 2
    assert "does not exist" in capsys.readouterr().err
    assert run(monkeypatch, tmp_path, "--corpus", "fer2031") == 2
    assert "there is no corpus 'fer2031'" in capsys.readouterr().err
    for label in ("sad", "happy"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.mp4").touch()
    assert run(monkeypatch, tmp_path) == 2
    assert f"none of the 2 files of {tmp_path} can be read" in capsys.readouterr().err


def test_valence_and_arousal(monkeypatch, capsys, tmp_path):
    write_pictures(tmp_path, ["a.png", "b.png"])
    (tmp_path / "manifest.csv").write_text("path,subject,valence,arousal\na.png,s1,0.25,1\nb.png,s2,-0.5,0\n")
    assert run(monkeypatch, tmp_path) == 0
    assert "-0.5 min, -0.125 median, 0.25 max" in capsys.readouterr().out


def test_sheet_of_copies(monkeypatch, capsys, tmp_path):
    root = write_pictures(tmp_path / "data", ["sad/a.png", "happy/b.png"])
    assert run(monkeypatch, root, "--sheet", tmp_path / "sheet.png") == 0
    assert "there are no copies to draw" in capsys.readouterr().err
    (root / "happy/c.png").write_bytes((root / "sad/a.png").read_bytes())
    assert run(monkeypatch, root, "--sheet", tmp_path / "sheet.png") == 1
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
