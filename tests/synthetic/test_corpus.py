import hashlib

import pytest

from learnface.errors import DataError
from learnface.synthetic import LAYOUTS, write_corpus
from learnface.synthetic import corpus as module

OPTIONS = {
    "subjects": 3,
    "clips_per_subject": 2,
    "size": 24,
    "frames": 4,
    "supersample": 1,
    "progress": False,
}


def hashes(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    root = tmp_path_factory.mktemp("once") / "plain"
    write_corpus(root, "plain", **OPTIONS)
    return root, hashes(root)


def test_the_same_bytes_with_two_other_processes(tmp_path, written):
    assert hashes(write_corpus(tmp_path / "plain", "plain", processes=2, **OPTIONS)) == written[1]


def test_readme_says_that_it_is_synthetic(written):
    text = (written[0] / "README.txt").read_text(encoding="utf-8")
    assert "NO REAL PEOPLE" in text and "say\nnothing about real learners" in text and "CC0" in text


def test_a_stopped_run_goes_on_and_ends_the_same(tmp_path, written, monkeypatch):
    write, made = module._write_batch, []

    def stopping(jobs, out):
        if len(made) == 3:
            (out / ".synthetic/staging/half").mkdir(parents=True)  # as a killed process leaves it
            raise KeyboardInterrupt
        made.append(jobs[0].number)
        return write(jobs, out)

    monkeypatch.setattr(module, "_write_batch", stopping)
    with pytest.raises(KeyboardInterrupt):
        write_corpus(tmp_path, "plain", **OPTIONS)
    assert len(list(tmp_path.glob("clips/*/*"))) == 3 and not (tmp_path / "manifest.csv").exists()

    redone = []
    monkeypatch.setattr(
        module, "_write_batch", lambda jobs, out: redone.append(jobs[0].number) or write(jobs, out)
    )
    write_corpus(tmp_path, "plain", **OPTIONS)
    assert (made, redone) == ([0, 1, 2], [3, 4, 5])
    assert hashes(tmp_path) == written[1]


def test_a_clip_moved_but_not_recorded_is_written_again(tmp_path, written, monkeypatch):
    monkeypatch.setattr(module, "write_text", _failing_for("000001.json", module.write_text))
    with pytest.raises(OSError, match="disk full"):
        write_corpus(tmp_path, "plain", **OPTIONS)
    monkeypatch.undo()
    assert hashes(write_corpus(tmp_path, "plain", **OPTIONS)) == written[1]


def _failing_for(name, write):
    def failing(path, text):
        if path.name == name:
            raise OSError("disk full")
        write(path, text)

    return failing


def test_a_complete_corpus_is_left_alone(written):
    before = {path: path.stat().st_mtime_ns for path in written[0].rglob("*")}
    write_corpus(written[0], "plain", **OPTIONS)
    assert {path: path.stat().st_mtime_ns for path in written[0].rglob("*")} == before


def test_other_content_is_never_touched(tmp_path, written):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(DataError, match="not an empty folder"):
        write_corpus(tmp_path, "plain", **OPTIONS)
    with pytest.raises(DataError, match="not an empty folder"):
        write_corpus(tmp_path / "thesis.tex", "plain", **OPTIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(DataError, match="other settings"):
        write_corpus(written[0], "plain", **(OPTIONS | {"seed": 1}))


@pytest.mark.parametrize(
    ("layout", "options", "message"),
    [
        ("imagenet", {}, "'imagenet'.*ck_plus.*plain"),
        ("plain", {"emotions": ["joyous"]}, "'joyous'.*angry"),
        ("smic", {"emotions": ["bored"]}, "'smic' has disgust, sad, happy, surprise"),
        ("plain", {"emotions": []}, "emotions="),
        ("plain", {"size": 10}, "size=10.*24"),
        ("plain", {"size": 0}, "size=0"),
        ("plain", {"size": 33}, "size=33.*even"),
        ("plain", {"frames": 2}, "frames=2"),
        ("fer2013", {"size": 96}, "48 x 48"),
        ("plain", {"subjects": 2}, "subjects=2.*3 to 9999"),
        ("ck_plus", {"subjects": 1000}, "subjects=1000.*332"),
        ("plain", {"clips_per_subject": 0}, "clips_per_subject=0"),
        ("plain", {"amplitude": -1}, "amplitude=-1"),
        ("plain", {"occluded": 2}, "occluded=2"),
        ("plain", {"processes": 0}, "processes=0"),
        ("plain", {"task": "age"}, "emotions, late, marker, late_marker, temporal"),
        ("smic", {"task": "temporal"}, "labelled_clips or plain"),
        ("plain", {"task": "late"}, "no late task: use annotated_videos"),
    ],
)
def test_wrong_arguments_write_nothing(tmp_path, layout, options, message):
    with pytest.raises(DataError, match=message):
        write_corpus(tmp_path / "out", layout, **(OPTIONS | options))
    assert not (tmp_path / "out").exists()


def test_progress_is_shown_on_standard_error(tmp_path, capsys):
    write_corpus(tmp_path, "plain", **(OPTIONS | {"progress": True}))
    captured = capsys.readouterr()
    assert "6/6" in captured.err and captured.out == ""


def test_layouts_are_named_after_their_corpora():
    assert list(LAYOUTS) == sorted(LAYOUTS) and all(layout.name == name for name, layout in LAYOUTS.items())


def test_two_processes_do_not_write_one_corpus(tmp_path, monkeypatch):
    def second(jobs, out):
        with pytest.raises(DataError, match="another process is writing a corpus"):
            write_corpus(out, "plain", **OPTIONS)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_batch", second)
    with pytest.raises(KeyboardInterrupt):
        write_corpus(tmp_path, "plain", **OPTIONS)
