import pytest

from learnface.cli import main as cli
from learnface.corpora import CORPORA


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["learnface", "corpora", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0


def test_every_corpus_is_listed(monkeypatch, capsys):
    assert run(monkeypatch) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, module in CORPORA.items():
        line = next(line for line in lines if line.split()[:1] == [name])
        assert module.CARD.kind in line


def test_card(monkeypatch, capsys):
    assert run(monkeypatch, "ferplus") == 0
    out = " ".join(capsys.readouterr().out.split())
    card = CORPORA["ferplus"].CARD
    for text in (card.title, "35,887", "fear, contempt", card.how_to_get, card.citation, card.url):
        assert text in out


def test_own_copy_is_counted(monkeypatch, capsys, tmp_path):
    rows = ["3,0,Training"] * 1200 + ["3,0,PublicTest", "0,0,Training"]
    (tmp_path / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]))
    assert run(monkeypatch, "fer2013", "--data", tmp_path) == 0
    out, err = capsys.readouterr()
    cells = {words[0]: words[1:] for line in out.splitlines() if (words := line.replace("│", " ").split())}
    assert cells["happy"] == ["1,200", "1", "1,201"]
    assert cells["angry"] == ["1", "0", "1"]
    assert cells["all"] == ["1,201", "1", "1,202"]
    assert err.startswith("warning: fer2013: the counts differ")


def test_unlabelled_samples_are_counted_too(monkeypatch, capsys, tmp_path):
    (tmp_path / "test.csv").write_text("pixels\n0\n0\n")
    assert run(monkeypatch, "fer2013", "--data", tmp_path) == 0
    assert "│ -        │ 2 │   2 │" in capsys.readouterr().out


def test_what_the_loader_chose_is_told(monkeypatch, capsys, tmp_path):
    (tmp_path / "fer2013.csv").write_text("emotion,pixels,Usage\n3,0,Training\n")
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    (tmp_path / "fer2013new.csv").write_text(f"{header}\nTraining,fer0000000.png,0,10,0,0,0,0,0,0,0,0\n")
    assert run(monkeypatch, "ferplus", "--data", tmp_path) == 0
    assert "votes_from: fer2013new.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fer2031"], "there is no corpus 'fer2031'"),
        (["fer2013", "--data", "/nowhere"], "/nowhere does not exist"),
        (["--data", "."], "name the corpus too"),
    ],
)
def test_wrong_input(monkeypatch, capsys, arguments, message):
    assert run(monkeypatch, *arguments) == 2
    assert message in capsys.readouterr().err
