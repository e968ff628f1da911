import pytest

from learnface.errors import DataError
from learnface.recipes import RECIPES, get_recipe


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_run(name):
    assert callable(get_recipe(name).run)


def test_unknown_recipe_lists_those_there_are():
    with pytest.raises(DataError, match="fer_vgg, .*sun2020"):
        get_recipe("sun2021")
