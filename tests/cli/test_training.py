import pytest
import typer
from rich.console import Console

from learnface.cli._stopped import INTERRUPTED
from learnface.cli._training import chosen_stages, pretrained_weights, print_scores, run_and_report


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((None, None, 1e-3, True), [("head", 60, 1e-3), ("all", 20, 1e-4)]),
        ((None, None, 1e-3, False), [("all", 60, 1e-3)]),
        ((5, 0, 1e-2, True), [("head", 5, 1e-2)]),
        ((0, 7, 1e-2, True), [("all", 7, 1e-2)]),
    ],
)
def test_stages(options, expected):
    found = [(stage.train, stage.epochs, stage.learning_rate) for stage in chosen_stages(*options)]
    assert found == [(train, epochs, pytest.approx(rate)) for train, epochs, rate in expected]


def test_an_interruption_says_how_to_go_on(tmp_path, capsys):
    def train():
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as stop:
        run_and_report(train, tmp_path)
    assert stop.value.exit_code == INTERRUPTED
    assert "give the same command again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "backbone", "expected"),
    [
        (None, "fer_vgg", "ferplus"),
        (None, "vgg19", "imagenet"),
        (None, "vggface", None),
        (None, "no-such", None),  # told when it is built
        ("none", "fer_vgg", None),
        ("mine.weights.h5", "vggface", "mine.weights.h5"),
    ],
)
def test_weights_go_with_the_backbone(given, backbone, expected):
    assert pretrained_weights(given, backbone) == expected


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({}, "95 % interval 30.0% to 95.0%, if no two samples are of one person"),
        ({"people": 1}, "95 % interval 30.0% to 95.0% for this one person; of others it says nothing"),
        ({"people": 3, "people_interval": [0.1, 1.0]}, "95 % interval 10.0% to 100.0% over 3 people"),
    ],
)
def test_a_table_of_scores(people, said, capsys):
    row = {"support": 3.0, "precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    scores = {"accuracy": 0.75, "accuracy_interval": [0.3, 0.95], "uar": 0.7, "samples": 4, **people}
    print_scores(Console(width=60), scores | {"per_class": {"happy": row}})
    out = capsys.readouterr().out
    assert f"accuracy 75.0% ({said}), UAR 70.0%, 4 samples" in out
    assert out.split()[-5:] == ["happy", "3", "50.0%", "100.0%", "66.7%"]
