import pytest

from learnface.corpora import CORPORA
from learnface.models import MODELS
from learnface.recipes.sun2020 import RECIPE


def test_recipe_names_what_exists():
    assert set(RECIPE.models) <= set(MODELS)
    assert set(RECIPE.published) == set(RECIPE.models)
    assert RECIPE.corpus in CORPORA


def test_rate_starts_at_the_papers_and_decays():
    optimizer = RECIPE.optimizer(10)
    rate = optimizer._learning_rate
    assert float(rate(0)) == pytest.approx(0.01)
    assert float(rate(250)) == pytest.approx(0.005)
    assert float(rate(1000)) == pytest.approx(0.002)
