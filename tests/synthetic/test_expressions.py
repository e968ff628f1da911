import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic.expressions import BASIC, EMOTIONS, LEARNING, expression_for, mirror_unit
from learnface.synthetic.head import head_model


def test_recipes_name_known_units_and_known_emotions():
    units = set(head_model().expressions)
    for name, recipe in EMOTIONS.items():
        assert set(recipe.weights) <= units, name
        assert max(map(abs, recipe.weights.values()), default=0) <= 1.4
        assert -1 <= recipe.valence <= 1 and -1 <= recipe.arousal <= 1
    assert {*BASIC, *LEARNING} <= set(EMOTIONS)


def test_only_lopsided_recipes_differ_between_the_sides():
    for name, recipe in EMOTIONS.items():
        mirrored = {mirror_unit(unit): weight for unit, weight in recipe.weights.items()}
        assert (mirrored != recipe.weights) == recipe.lopsided, name


def test_mirrored_units_exist():
    assert {mirror_unit(unit) for unit in head_model().expressions} == set(head_model().expressions)


def test_vary_keeps_the_units_and_mirrors_half_of_the_time():
    recipe, rng = EMOTIONS["confused"], np.random.default_rng(0)
    takes = [recipe.vary(rng) for _ in range(200)]
    mirrored = [set(take.weights) != set(recipe.weights) for take in takes]
    assert 60 < sum(mirrored) < 140
    ratios = [take.weights["browInnerUp"] / recipe.weights["browInnerUp"] for take in takes]
    assert np.mean(ratios) == pytest.approx(1, abs=0.05) and np.std(ratios) > 0.1


def test_other_spellings_are_known_and_unknown_names_are_listed():
    assert expression_for("Happiness") is EMOTIONS["happy"]
    with pytest.raises(DataError, match="'joyous'.*angry.*bored"):
        expression_for("joyous")
