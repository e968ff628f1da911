import numpy as np
import pytest
from scipy import stats

from learnface.errors import DataError
from learnface.reports import curves_picture, interval_picture
from learnface.reports._picture import BLUE, ORANGE

HISTORY = {
    "accuracy": [0.3, 0.5, 0.6, 0.7],
    "loss": [1.9, 1.5, 1.2, 1.0],
    "val_accuracy": [0.35, 0.5, 0.58, 0.55],
    "val_loss": [1.8, 1.4, 1.5, 1.6],
    "learning_rate": [0.1, 0.1, 0.01, 0.01],
}


def panel(figure, title):
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def lines(axes, colour):
    return [line for line in axes.lines if line.get_color() == colour and len(line.get_xdata()) > 1]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def best_epochs(axes):
    return [
        line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1
    ]


def test_what_says_nothing_of_the_training_has_no_panel():
    history = {**HISTORY, "learning_rate": [0.1] * 4, "seconds": [9.0, 1.0, 1.0, 1.0]}
    assert [axes.get_title(loc="left") for axes in curves_picture(history).axes] == ["Loss", "Accuracy"]
    assert curves_picture({"loss": [1.0], "seconds": [3.0]}).axes  # one epoch, as of a first try


def test_panels_and_lines():
    figure = curves_picture(HISTORY, title="CNN")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Loss", "Accuracy", "Learning rate"]
    accuracy = panel(figure, "Accuracy")
    for colour, name in ((BLUE, "accuracy"), (ORANGE, "val_accuracy")):
        (line,) = lines(accuracy, colour)
        assert line.get_xdata().tolist() == [1, 2, 3, 4]
        assert line.get_ydata().tolist() == HISTORY[name]
    assert accuracy.yaxis.get_major_formatter()(0.5).endswith(" %")
    assert panel(figure, "Learning rate").get_yscale() == "log"
    assert figure.get_suptitle() == "CNN"


@pytest.mark.parametrize(
    ("monitor", "best", "words"),
    [(None, 3, "validation accuracy"), ("val_loss", 2, "validation loss"), ("loss", 4, "loss")],
)
def test_best_epoch(monitor, best, words):
    figure = curves_picture(HISTORY, monitor=monitor)
    assert best_epochs(panel(figure, "Loss")) == best_epochs(panel(figure, "Accuracy")) == [best]
    assert legend(figure) == ["training", "validation", f"best epoch by {words}: {best}"]


def test_diverged_epochs_are_never_best():
    history = {"loss": [1.0, np.nan, 0.5, -np.inf], "val_loss": [np.nan, np.inf, 0.7, 0.9]}
    assert legend(curves_picture(history))[-1] == "best epoch by validation loss: 3"
    assert legend(curves_picture({"loss": [np.nan]})) == ["training"]


def test_training_alone_and_other_metrics():
    figure = curves_picture({"ccc": [0.1, 0.2], "macro_f1": [0.2, 0.3], "loss": [1.0, 0.9]})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Loss", "CCC", "Macro F1"]
    assert legend(figure) == ["training", "best epoch by loss: 2"]


@pytest.mark.parametrize("names", [["loss", "val_loss"], list(HISTORY)])
def test_legend_and_labels_stay_on_the_page(names):
    figure = curves_picture({name: HISTORY[name] for name in names}, title="Title")
    figure.draw_without_rendering()
    boxes = [figure.legends[0].get_window_extent()] + [axes.get_tightbbox() for axes in figure.axes]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and figure.bbox.y0 <= box.y0
        assert not any(box.overlaps(other) for other in boxes[:number])


@pytest.mark.parametrize(
    ("history", "monitor", "message"),
    [
        ({}, None, "no epoch"),
        ({"loss": []}, None, "no epoch"),
        ({"lr": [0.1]}, None, "no epoch"),
        ({"loss": [1.0], "val_loss": [1.0, 2.0]}, None, "one value an epoch.*'val_loss': 2"),
        ({"loss": [1.0]}, "val_acc", r"no 'val_acc'.*\['loss'\]"),
    ],
)
def test_wrong_history_is_named(history, monitor, message):
    with pytest.raises(DataError, match=message):
        curves_picture(history, monitor=monitor)


def test_intervals_are_students_t_in_percent():
    seeds = [0.62, 0.65, 0.64]
    axes = interval_picture({"LSTM": seeds, "RNN": [0.6]}, paper={"LSTM": 0.6593, "RNN": np.nan}).axes[0]
    low, high = stats.ttest_1samp(seeds, 0).confidence_interval(0.95)
    (bar,) = [line for line in lines(axes, BLUE) if line.get_linewidth() > 1]
    assert bar.get_xdata() == pytest.approx([100 * low, 100 * high])
    (seen,) = [line for line in lines(axes, BLUE) if not line.get_linewidth()]
    assert seen.get_xdata() == pytest.approx([62, 65, 64])
    paper = [line for line in axes.lines if line.get_color() == ORANGE and len(line.get_xdata())]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in paper] == [(pytest.approx(65.93), 0)]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["LSTM", "RNN"]


def test_one_seed_has_no_interval_and_no_paper_no_diamond():
    assert legend(interval_picture({"CNN": [0.6]})) == ["ours"]
    figure = interval_picture({"CNN": [0.2, 0.3]}, percent=False, score="CCC")
    assert legend(figure) == ["ours: mean and 95 % interval", "one seed"]
    assert figure.axes[0].get_xlabel() == "CCC"


@pytest.mark.parametrize(
    ("scores", "paper", "message"),
    [
        ({}, None, "empty"),
        ({"CNN": [0.6]}, {"cnn": 0.7}, r"\['cnn'\]"),
        ({"CNN": []}, None, "at least one"),
        ({"CNN": [0.5, np.nan]}, None, "finite"),
    ],
)
def test_wrong_scores_are_named(scores, paper, message):
    with pytest.raises(DataError, match=message):
        interval_picture(scores, paper)
