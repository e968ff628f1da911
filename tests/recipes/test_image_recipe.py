import dataclasses

import pytest

from learnface.errors import DataError
from learnface.models import load
from learnface.recipes._image_recipe import run_image_recipe, table
from learnface.recipes.sun2020 import RECIPE
from learnface.training import RunReport


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_the_whole_recipe_on_a_small_corpus(small_fer2013, tmp_path):
    out = tmp_path / "runs"
    reports = run_image_recipe(RECIPE, small_fer2013, out, models=["lenet5"], epochs=1)
    report = reports["lenet5"]
    assert set(reports) == {"lenet5"}
    assert report.data["train"]["samples"] == 30
    assert sum(map(sum, report.scores["test"]["confusion"])) == 15
    assert report == RunReport.load(out / "lenet5" / "report.json")
    for name in ("confusion.png", "curves.png", "feature-maps.png"):
        assert (out / "lenet5" / name).stat().st_size > 5000
    assert load(out / "lenet5" / "model.keras").card.scores["accuracy"] == report.scores["test"]["accuracy"]
    text = (out / "table.md").read_text()
    assert f"{100 * report.scores['test']['accuracy']:.2f}" in text and "72.92" in text


def test_unknown_network_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="choose from lu_cnn, lenet5, fer_cnn"):
        run_image_recipe(RECIPE, tmp_path / "none", tmp_path, models=["vgg99"])


def test_table_puts_ours_beside_theirs():
    report = RunReport(
        "sun2020/fer_cnn",
        parameters=8779047,
        history={"loss": [1.0, 0.9]},
        best_epoch=2,
        scores={"test": {"accuracy": 0.65}, "validation": {"accuracy": 0.64}},
        machine={"processor": "abacus", "cores": 2},
        command="learnface reproduce sun2020",
    )
    text = table(dataclasses.replace(RECIPE, silent="It says little."), {"fer_cnn": report})
    row = next(line for line in text.splitlines() if line.startswith("| fer_cnn, test"))
    assert "65.00" in row and "72.92" in row
    assert "8,779,047 parameters, best epoch 2 of 2" in text
    assert "It says little." in text
    assert "70.74" in next(line for line in text.splitlines() if "Jeon" in line and "test" in line)
