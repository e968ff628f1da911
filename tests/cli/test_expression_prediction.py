from types import SimpleNamespace

import pandas as pd
from rich.console import Console

from learnface.cli._expression_prediction import MOST_ROWS, ExpressionPrediction, show_expressions
from learnface.cli._prediction import FaceSummary, Outcome
from learnface.inference.sources import Source


def shown(*outcomes):
    console = Console(width=120)
    with console.capture() as capture:
        show_expressions(console, list(outcomes))
    return capture.get()


def picture(path, faces):
    source = Source(path, "picture")
    return Outcome(source, "faces" if faces else "no face", faces=faces)


def test_what_is_told_of_a_face():
    prediction = ExpressionPrediction(SimpleNamespace(labels=("glad", "sad")), writer=None, out=None)
    table = pd.DataFrame(
        {"face": [0, 1], "label": ["glad", "sad"], "p_glad": [0.7, 0.2], "p_sad": [0.3, 0.8]}
    )
    assert prediction.in_picture(table).tolist() == [[0.7, 0.3], [0.2, 0.8]]
    assert prediction.in_video(table).tolist() == [[True, False], [False, True]]
    assert list(prediction.ordered({"glad": 0.2, "sad": 0.8})) == ["sad", "glad"]


def test_pictures_and_videos_on_screen(tmp_path):
    glad = FaceSummary(0, {"glad": 0.91, "sad": 0.09})
    film = Outcome(Source(tmp_path / "film.mp4", "video"), "faces", frames=1200)
    film.faces = [FaceSummary(number, {"sad": 1.0, "glad": 0.0}, 75.0) for number in range(9)]
    text = shown(picture(tmp_path / "[a].png", [glad]), picture(tmp_path / "b.png", []), film)
    assert "[a].png" in text and "91%" in text and "sad 9%" in text and "no face found" in text
    assert "film.mp4: 1,200 frames looked at" in text and "1:15" in text and "1 more, seen for" in text


def test_what_is_cut_off_is_counted(tmp_path):
    many = [FaceSummary(number, {"glad": 1.0}) for number in range(MOST_ROWS)]
    assert "... and 1 more rows" in shown(picture(tmp_path / "a.png", many), picture(tmp_path / "b.png", []))
