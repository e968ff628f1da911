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
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2:8:2] == ["3", "70.0 to 70.0", "70.0 to 70.0"]  # all people are alike
    assert cells[3:9:2] == ["70.0 ± 24.8", "69.9 ± 24.8", "70.0 ± 24.8"]
    assert "theirs" in text and "50.0 ± 0.0" in text and "limit" not in text


def test_folds_that_the_limit_of_epochs_ended_are_counted():
    searched = [result(6), result(7)]
    for each, cut_off in zip(searched, ([True, False], [True, True]), strict=True):
        each.folds = pd.DataFrame({"epoch": [20, 9], "cut_off": cut_off})
    text = tables.all_scores({"a": searched, "b": [result(5)]}, TITLES)
    ours, theirs = text.splitlines()[2:]
    assert "folds stopped by the limit" in text
    assert "| 3 of 4" in ours and "–" in theirs


def uneven(*rights: int, seed=0) -> CrossValidation:
    """As `result`, each person with a number of right clips of their own."""
    parts = [result(right).predictions.iloc[10 * p : 10 * p + 10] for p, right in enumerate(rights)]
    return CrossValidation(pd.concat(parts), pd.DataFrame(), LABELS, run={"seed": seed})


def test_of_many_comparisons_each_needs_a_surer_difference():
    """A difference that is shown for one pair alone is not shown among ten."""
    first, other = uneven(*[6] * 10), uneven(*[5, 5, 5, 5, 5, 6, 6, 6, 6, 9])
    more = {f"m{number}": [other] for number in range(10)}
    titles = TITLES | {name: name for name in more}
    alone = tables.differences({"a": [first], "b": [other]}, titles, "a")
    among = tables.differences({"a": [first], **more}, titles, "a")
    low = [
        float(text.splitlines()[2].split("|")[3].split(" to ")[0].replace("−", "-"))
        for text in (alone, among)
    ]
    assert low[1] < low[0] and "95 % jointly" in alone


def test_both_scores_have_a_verdict():
    """All who say happy are right on half of the clips, as a fair coin is, and have the lower UF1."""
    coin, constant = result(5), result(10)
    constant.predictions["predicted"] = "happy"
    text = tables.differences({"a": [coin], "b": [constant]}, TITLES, "a")
    header, _, row = text.splitlines()
    verdicts = dict(zip(header.split("|"), row.split("|"), strict=True))
    verdicts = {name.strip(): value.strip() for name, value in verdicts.items()}
    assert verdicts["by accuracy"] == "no difference shown" and verdicts["by uf1"] == "better"


def test_methods_are_compared_by_the_seeds_that_both_have():
    ours = [uneven(*[8] * 10, seed=0), uneven(*[4] * 10, seed=1)]
    theirs = [uneven(*[5] * 10, seed=1)]
    row = tables.differences({"a": ours, "b": theirs}, TITLES, "a").splitlines()[2]
    assert "−10.0" in row and "worse" in row
    assert tables.differences({"a": ours[:1], "b": theirs}, TITLES, "a") == ""


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
    assert "largest class" in tables.null_check(runs, TITLES) and "| 50.0 " in fair


def test_one_method_of_many_needs_surer_evidence_above_chance():
    shuffles = [result(7), result(7), result(8)]
    alone = tables.null_check({"a": shuffles}, TITLES)
    titles = TITLES | {f"m{number}": "m" for number in range(9)}
    among = tables.null_check({"a": shuffles} | {f"m{number}": shuffles for number in range(9)}, titles)
    assert "YES" in alone and "YES" not in among


def test_parts_of_a_composite_are_scored_apart():
    run = result(6)
    run.predictions["source"] = np.where(run.predictions["subject"] < "s5", "smic", "samm")
    run.predictions.loc[run.predictions["source"] == "smic", "predicted"] = run.predictions["label"]
    lines = tables.by_source({"a": [run]}, TITLES).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    assert cells == [["ours", "samm", "50", "60.0", "60.0"], ["ours", "smic", "50", "100.0", "100.0"]]
