import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learnface import recipes
from learnface.cli.main import app
from learnface.errors import DataError


def test_without_a_name_all_recipes_are_listed():
    done = CliRunner().invoke(app, ["reproduce"])
    assert done.exit_code == 0
    for name in recipes.RECIPES:
        assert name in done.output


def test_options_reach_the_recipe_and_its_table_is_printed(monkeypatch, tmp_path):
    calls = []

    def run(data, out, **options):
        calls.append((data, out, options))
        Path(out).mkdir()
        (out / "table.md").write_text("| model | test |\n|---|---|\n| lenet5 | 61.25 |\n")

    monkeypatch.setattr(recipes, "get_recipe", lambda name: types.SimpleNamespace(run=run))
    out = tmp_path / "out"
    arguments = [
        "--data",
        str(tmp_path),
        "--out",
        str(out),
        "--model",
        "lenet5",
        "--seed",
        "3",
        "--epochs",
        "2",
    ]
    done = CliRunner().invoke(app, ["reproduce", "sun2020", *arguments])
    assert done.exit_code == 0, done.output
    expected = {"models": ["lenet5"], "seed": 3, "epochs": 2, "dtype_policy": "float32", "jit_compile": False}
    assert calls == [(tmp_path, out, expected)]
    assert "61.25" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"), [(["sun2020"], "--data DIR"), (["nothing"], "there is no recipe")]
)
def test_errors_say_what_to_do(arguments, message):
    done = CliRunner().invoke(app, ["reproduce", *arguments])
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)
