import json

import numpy as np
import pandas as pd
import pytest

from learnface.recipes._micro_report import Kind, Study, finished_runs
from learnface.training import CrossValidation, shuffle_labels

LABELS = ("happy", "sad")
PLAN = {"method": {"name": "guess", "rate": 0.1}, "settings": {"clips": {"size": 16}}}


@pytest.fixture
def index():
    return pd.DataFrame(
        {"sample": [f"c{n}" for n in range(12)], "subject": list("aabbccddeeff"), "label": list(LABELS) * 6}
    )


def result(index, seed=0, **changed) -> CrossValidation:
    predictions = index.assign(fold=0, predicted=index["label"])
    folds = pd.DataFrame({"subjects": ["a"], "seconds": [1.0]}).rename_axis("fold")
    return CrossValidation(predictions, folds, LABELS, "demo", {**PLAN, "seed": seed, **changed})


def test_runs_with_these_settings_are_found_and_others_named(tmp_path, index):
    for seed in (0, 1, 7):
        result(index, seed).save(tmp_path / f"guess/seed-{seed}")
    result(index, 0, settings={"clips": {"size": 32}}).save(tmp_path / "larger/seed-0")
    result(index[:6], 0).save(tmp_path / "fewer/seed-0")
    (tmp_path / "begun/seed-0").mkdir(parents=True)
    plans = dict.fromkeys(("guess", "larger", "fewer", "begun", "none"), PLAN)
    found, others = finished_runs(tmp_path, plans, index, range(2), shuffled=False)
    assert list(found) == ["guess"] and [run.run["seed"] for run in found["guess"]] == [0, 1]
    assert others == ["larger", "fewer"]


def test_runs_on_shuffled_labels_are_told_by_their_seed(tmp_path, index):
    result(shuffle_labels(index, 4), 4).save(tmp_path / "guess/seed-4")
    assert list(finished_runs(tmp_path, {"guess": PLAN}, index, [4], shuffled=True)[0]) == ["guess"]
    assert finished_runs(tmp_path, {"guess": PLAN}, index, [4], shuffled=False) == ({}, ["guess"])


def test_a_damaged_run_is_passed_over(tmp_path, index):
    result(index).save(tmp_path / "guess/seed-0")
    (tmp_path / "guess/seed-0/report.json").write_text(json.dumps({"name": "x"}), encoding="utf-8")
    assert finished_runs(tmp_path, {"guess": PLAN}, index, [0], shuffled=False) == ({}, [])


def test_a_table_says_what_it_rests_on(tmp_path, index):
    rows = {"1": {"ours": ("a", 0.5)}, "2": {"theirs": ("c", 0.6)}}
    titles = {"c": "third", "a": "first", "b": "second"}
    kinds = [Kind("some", ("a", "x"), {"batch_size": 3}), Kind("others", ("c",), {"size": 4})]
    study = Study(tmp_path, "SMIC", titles, rows, {}, "a", True, {"size": 16, "seeds": 3}, kinds)
    wrong = result(index)
    wrong.predictions["predicted"] = "happy"
    study.write({"b": [wrong], "a": [result(index)]}, {"a": []}, ["c"])
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    for part in (
        "**Synthetic faces", "12 clips of 6 people", "happy has 50.0%", "size 16, seeds 3; some: batch size 3. ",
        "### Table 1", "other settings: third", "| second |", "better", "Bonferroni",
    ):  # fmt: skip
        assert part in text, part
    assert "### Table 2" not in text and "Shuffled" not in text and "Published" not in text
    assert text.index("| first ") < text.index("| second |")  # in the order of the titles
    assert np.isclose((tmp_path / "confusion.png").stat().st_size, 20_000, atol=19_000)
