import pandas as pd
import pytest

from learnface import annotation
from learnface.annotation import AnnotationStore, Batch, Mark, Stretch
from learnface.cli import main as cli


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["learnface", "annotate", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "clips"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "1.mp4").touch()
    return folder


def label(folder, *changes, annotator="Anna"):
    with AnnotationStore(folder / "annotations.sqlite") as store:
        store.add_annotator(annotator)
        store.clip_ids(["ada/1.mp4"])
        store.apply(Batch(f"page-{annotator}-{len(changes)}", 1, annotator, 1, changes))


def trace(dimension, *values):
    return Stretch(dimension, 0, 10, tuple((place * 0.2, value) for place, value in enumerate(values)))


def test_it_serves_the_folder(folder, monkeypatch, capsys):
    served = []
    monkeypatch.setattr(
        annotation, "serve", lambda store, *rest: served.append((store.labels, store.path, *rest))
    )
    assert run(monkeypatch, folder, "--labels", "bored, curious", "--port", 9000, "--no-browser") == 0
    assert served == [(("bored", "curious"), folder / "annotations.sqlite", folder, 9000, False)]
    assert run(monkeypatch, folder, "--database", folder.parent / "x.sqlite") == 0
    assert served[1][1:] == (folder.parent / "x.sqlite", folder, 8765, True)


def test_exports(folder, monkeypatch, capsys):
    label(folder, Mark("m", "happy", 0.5, 1.5))
    assert run(monkeypatch, folder, "--export", folder / "manifest.csv") == 0
    out = capsys.readouterr().out
    assert (
        "manifest.csv: 1 emotion\n" in out
        and f"learnface check {folder / 'manifest.csv'} --corpus labelled_clips" in out
    )
    assert pd.read_csv(folder / "manifest.csv")["path"].tolist() == ["ada/1.mp4"]
    label(folder, trace("valence", 0, 0.5, 1), trace("arousal", 0, 0))
    assert run(monkeypatch, folder, "--export", folder / "a.csv") == 2
    assert "choose by --kind emotions or --kind ratings" in capsys.readouterr().err
    path = folder.parent / "elsewhere" / "annotations.csv"
    assert (
        run(monkeypatch, folder, "--export", path, "--kind", "ratings", "--rate", 10, "--annotator", "Anna")
        == 0
    )
    streams = capsys.readouterr()
    assert "3 ratings at 10 a second" in streams.out
    assert "note: rated in one dimension only, left out: 0.2 s" in streams.err
    assert pd.read_csv(path)["valence"].tolist() == [0, 0.25, 0.5]


def test_agreement(folder, monkeypatch, capsys):
    wave = [0, 0.3, 0.5, 0.2, -0.4, -0.6, -0.1, 0.4, 0.6, 0.5, 0.1, -0.3, -0.5, -0.2, 0.2, 0.7]
    label(folder, trace("valence", *wave))
    assert run(monkeypatch, folder, "--agreement") == 2
    assert "agreement needs two" in capsys.readouterr().err
    label(folder, trace("valence", *(value + 0.1 for value in wave)), annotator="Ben")
    assert run(monkeypatch, folder, "--agreement") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["valence,", "5", "values", "a", "second"]
    assert lines[2][:6] == ["ada/1.mp4", "2", "16", "1.00", lines[2][4], "1.00"]
    assert ["Pearson", "Anna", "Ben"] in lines and ["Anna", "1.00", "1.00"] in lines
    assert ["Anna", "+0.00", "s"] in lines or ["Anna", "-0.00", "s"] in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "absent is not a folder"),
        (["clips", "--export", "a.csv"], "annotations.sqlite does not exist; label something first"),
        (["clips", "--labels", "a,a", "--no-browser"], "labels must be 1 to 30 different names"),
        (["empty", "--no-browser", "--port", "0"], "holds no videos"),
    ],
)
def test_one_clear_error(folder, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "empty").mkdir()
    assert run(monkeypatch, *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not list((folder.parent / "empty").iterdir())
