import dataclasses
from pathlib import Path

import pytest

from learnface.recipes._wang2020_runs import Settings
from learnface.recipes._wang2020_tables import describe


@pytest.fixture
def settings():
    return Settings(
        data=Path("data"),
        out=Path("out"),
        split="subject",
        backbones={"vggface": "vggface", "vgg19": "imagenet"},
        stills="ck_plus",
        clips="bnu_lsved",
        pretraining_epochs=30,
        epochs=100,
        learning_rate=2e-4,
        batch_size=32,
        units=256,
        dense=(8, 8),
        size=64,
        frames=10,
        every=None,
        detector="viola_jones",
        landmarks=None,
        processes=1,
    )


def run(accuracy, seed=0):
    return {
        "accuracy": accuracy,
        "seed": seed,
        "samples": 6,
        "minutes": 2.0,
        "labels": ["a", "b"],
        "confusion": [[3, 1], [0, 2]],
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
    }


def test_ours_beside_the_papers(settings):
    text = describe(["5"], {"lstm/vggface": [run(0.5), run(0.7, seed=1)]}, settings)
    row = next(line for line in text.splitlines() if line.startswith("| vggface, lstm"))
    # The half width of Student's interval of two runs: 12.706 * 0.1.
    assert "60.00 ± 127.06" in row and "65.93" in row and "−5.93" in row
    assert "seeds 0, 1; 4 min of training" in text


def test_confusion_is_in_percent_of_the_true_class(settings):
    text = describe(["6"], {"lstm/vggface": [run(0.8)]}, settings)
    row = next(line for line in text.splitlines() if line.startswith("| a "))
    assert [cell.strip() for cell in row.split("|")[2:4]] == ["75.0", "25.0"]
    assert "| concentrated |" in text and "61.1" in text


def test_what_differs_from_the_paper_is_said(settings):
    text = describe(["1"], {"stills/vggface": [run(0.9)]}, settings)
    assert "5,000 and 200 iterations" in text and "not aligned" in text and "dense layers:" not in text
    other = dataclasses.replace(settings, dense=(), landmarks="dlib68", learning_rate=1e-3)
    text = describe(["1"], {"stills/vggface": [run(0.9)]}, other)
    assert "dense layers: 1 in place of 3" in text and "aligned by" not in text and "Nadam at 0.001" in text


def test_whether_the_papers_order_holds(settings):
    scores = {
        "lstm/vggface": [run(0.7), run(0.75, seed=1), run(0.9, seed=2)],
        "rnn/vggface": [run(0.7, seed=1), run(0.66)],  # one seed is not done yet
        "image/vggface": [run(0.5), run(0.54, seed=1), run(0.7, seed=2)],
        "lstm/vgg19": [run(0.7)],
    }
    lines = describe(["5"], scores, settings).partition("by chance:\n\n")[2].splitlines()[:3]
    assert lines[0].startswith("- vggface, lstm against rnn: not told apart: +4.50 ± 6.35")
    assert lines[1].startswith("- vggface, rnn against image: better by 16.00 ± 0.00")
    assert lines[2].startswith("- vggface, lstm against image: better by 20.")
    alone = describe(["5"], {"lstm/vgg19": [run(0.7)]}, settings)
    assert "paired" not in alone and " against " not in alone
