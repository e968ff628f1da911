import functools
from collections.abc import Sequence

import pytest

from learnface.cli._settings import checked_settings, read_settings
from learnface.errors import DataError
from learnface.recipes import RECIPES, get_recipe


def run(
    data,
    *,
    size: int | None = None,
    rate: float = 0.1,
    margins: Sequence[float] = (),
    corpus: str = "smic",
    votes: bool = True,
):
    """Do nothing."""


def test_values_are_what_they_read_as():
    texts = ["size=48", "rate=1e-3", "margins=[0.1,0.2]", "corpus=a=b", "votes=False", "epochs=None"]
    wanted = {
        "size": 48,
        "rate": 1e-3,
        "margins": [0.1, 0.2],
        "corpus": "a=b",
        "votes": False,
        "epochs": None,
    }
    assert read_settings(texts) == wanted


@pytest.mark.parametrize("text", ["size", "=48", "a b=3"])
def test_no_setting(text):
    with pytest.raises(DataError, match="is not NAME=VALUE"):
        read_settings([text])


def test_one_value_is_a_list_of_one():
    assert checked_settings("test", run, {"margins": 0.1, "size": None}) == {"margins": [0.1], "size": None}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("size", 48.0, "a whole number or none"),
        ("size", True, "a whole number or none"),
        ("rate", "nan", "a number"),
        ("rate", float("inf"), "a number"),
        ("rate", None, "a number"),
        ("margins", ["a"], "a number, or several as in [..., ...]"),
        ("margins", "abc", "a number, or several as in [..., ...]"),
        ("corpus", 5, "a text"),
        ("votes", 1, "true or false"),
    ],
)
@pytest.mark.parametrize("recipe", [run, functools.partial(run, 1)])
def test_what_does_not_fit_is_named(recipe, name, value, words):
    with pytest.raises(DataError) as error:
        checked_settings("test", recipe, {name: value})
    assert str(error.value) == f"{name}={value} does not fit: give {words}, as in --set {name}=VALUE"


def test_unknown_settings_are_named():
    with pytest.raises(DataError, match="test has no setting width: it has size, rate, margins"):
        checked_settings("test", run, {"width": 1})


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_takes_its_own_defaults(name):
    """The check knows each kind of annotation that recipes use."""
    import inspect

    recipe = get_recipe(name).run
    parameters = inspect.signature(recipe).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    assert checked_settings(name, recipe, defaults) == defaults
