import types
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learnface import recipes
from learnface.cli._stopped import INTERRUPTED
from learnface.cli.main import app
from learnface.errors import DataError


def test_without_a_name_all_recipes_are_listed():
    done = CliRunner().invoke(app, ["reproduce"])
    assert done.exit_code == 0
    for name in recipes.RECIPES:
        assert name in done.output


@pytest.fixture
def calls(monkeypatch):
    calls = []

    def run(
        data,
        out,
        *,
        models: Sequence[str] | None = None,
        tables: Sequence[str] | None = None,
        seed: int = 0,
        epochs: int | None = None,
        size: int = 48,
        split: str | None = "subject",
        votes: bool = True,
    ):
        calls.append((data, models, tables, seed, epochs, size, split, votes))
        Path(out).mkdir()
        (out / "table.md").write_text("| model | test |\n|---|---|\n| lenet5 | 61.25 |\n")

    monkeypatch.setattr(recipes, "get_recipe", lambda name: types.SimpleNamespace(run=run))
    return calls


def reproduce(tmp_path, *options):
    arguments = ["reproduce", "sun2020", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    return CliRunner().invoke(app, [*arguments, *options])


def test_options_reach_the_recipe_and_its_table_is_printed(calls, tmp_path):
    options = ["--model", "lenet5", "--table", "2", "--seed", "3", "--epochs", "2"]
    done = reproduce(tmp_path, *options, "--set", "size=32", "--set", "split=paper")
    assert done.exit_code == 0, done.output
    assert calls == [(tmp_path, ["lenet5"], ["2"], 3, 2, 32, "paper", True)]
    assert "61.25" in done.output


@pytest.mark.parametrize("word", ["false", "False", "FALSE"])
def test_words_are_what_they_say(calls, tmp_path, word):
    assert reproduce(tmp_path, "--set", f"votes={word}", "--set", "split=none").exit_code == 0
    assert calls == [(tmp_path, None, None, 0, None, 48, None, False)]


def test_an_interruption_says_how_to_go_on(monkeypatch, tmp_path):
    def run(data, out):
        raise KeyboardInterrupt

    monkeypatch.setattr(recipes, "get_recipe", lambda name: types.SimpleNamespace(run=run))
    done = reproduce(tmp_path)
    assert done.exit_code == INTERRUPTED
    assert f"what is done is in {tmp_path / 'out'}; give the same command again" in done.stderr


def test_without_options_the_recipe_keeps_its_own(calls, tmp_path):
    reproduce(tmp_path)
    assert calls == [(tmp_path, None, None, 0, None, 48, "subject", True)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seeds", "3"], "sun2020 has no setting seeds: it has models, tables"),
        (["--set", "margin=1"], "no setting margin"),
        (["--set", "margin"], "is not NAME=VALUE"),
        (
            ["--set", "votes=perhaps"],
            "votes=perhaps does not fit: give true or false, as in --set votes=VALUE",
        ),
    ],
)
def test_settings_that_the_recipe_has_not_are_named(calls, tmp_path, options, message):
    done = reproduce(tmp_path, *options)
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)
    assert not calls


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sun2020"], "--data DIR"),
        (["nothing", "--data", "."], "there is no recipe"),
        (["sun2020", "--data", "nowhere"], "there is no nowhere"),
    ],
)
def test_errors_say_what_to_do_before_anything_is_loaded(monkeypatch, arguments, message):
    monkeypatch.setattr("learnface.cli.reproduce.start_tensorflow", lambda: pytest.fail("it was loaded"))
    done = CliRunner().invoke(app, ["reproduce", *arguments])
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)
