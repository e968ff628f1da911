import numpy as np
import pandas as pd
import pytest

from learnface.recipes import _micro_tables as tables
from learnface.training import CrossValidation

LABELS = ("happy", "sad")
TITLES = {"a": "ours", "b": "theirs"}


def result(right: int, wrong_for="s0") -> CrossValidation:
    """Ten clips of each of ten people, of which `right` of each are right; half of the classes are sad."""
    subject = np.repeat([f"s{person}" for person in range(10)], 10)
    truth = np.tile(["happy", "sad"], 50).astype(object)
    predicted = truth.copy()
    wrong = np.tile(np.arange(10) >= right, 10)
    predicted[wrong] = np.where(truth[wrong] == "happy", "sad", "happy")
    predictions = pd.DataFrame({"subject": subject, "label": truth, "predicted": predicted})
    return CrossValidation(predictions, pd.DataFrame(), LABELS)


def test_accuracies_stand_beside_the_papers():
    text = tables.against_paper({"a": [result(6), result(8)]}, {"fused": ("a", 0.55), "missing": ("b", 0.5)})
    lines = text.splitlines()
    assert (
        "70.00 ± 127.06" in lines[2] and "55.00" in lines[2] and "+15.00" in lines[2]
    )  # t of two seeds is wide
    assert "–" in lines[3] and "50.00" in lines[3]


def test_synthetic_faces_are_not_subtracted_from_real_ones():
    rows = {"fused": ("a", 0.553), "missing": ("b", 0.5)}
    text = tables.against_paper({"a": [result(7)]}, rows, same_data=False)
    lines = text.splitlines()
    assert "synthetic (%)" in lines[0] and "difference" not in text
    assert "70.0" in lines[2] and "55.3" in lines[2] and "–" in lines[3]


def test_all_scores_are_means_over_seeds():
    text = tables.all_scores({"a": [result(6), result(8), result(7)], "b": [result(5)] * 3}, TITLES)
    row = next(line for line in text.splitlines() if "ours" in line)
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["70.0 ± 24.8", "69.9 ± 24.8", "70.0 ± 24.8"]
    assert "theirs" in text and "50.0 ± 0.0" in text


@pytest.mark.parametrize(
    ("other", "says", "difference"),
    [(5, "better", "+20.0 ± 0.0"), (9, "worse", "−20.0 ± 0.0"), (7, "no difference shown", "+0.0 ± 0.0")],
)
def test_differences_say_what_their_interval_says(other, says, difference):
    text = tables.differences({"a": [result(7)] * 3, "b": [result(other)] * 3}, TITLES, "a")
    assert says in text and difference in text and "ours less" in text
    assert tables.differences({"b": [result(7)]}, TITLES, "a") == ""


def test_null_check_finds_what_is_above_chance_over_shuffles():
    runs = {"a": [result(4), result(5), result(6)], "b": [result(8)] * 3}
    fair, cheat = tables.null_check(runs, TITLES).splitlines()[2:]
    assert "| no " in fair and "50.0 ± 24.8" in fair
    assert "| YES " in cheat
    alone = tables.null_check({"a": [result(8)]}, TITLES).splitlines()[2]
    assert "YES" not in alone and "–" in alone  # one shuffle tells nothing
