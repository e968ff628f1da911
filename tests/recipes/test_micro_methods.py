import pytest

from learnface.clips import MicroSettings
from learnface.recipes._micro_methods import METHODS, Options, kinds_of, plan_of

OPTIONS = Options(7, 3, 0.5, 50, 1e-3, 9, 1e-4, True, "float32", False)
WIDE, SMALL = MicroSettings(size=96), MicroSettings(size=48)


def plans(*forms):
    corpus = {"forms": forms or ("cropped",)}
    return {name: plan_of(name, OPTIONS, WIDE, SMALL, "polar", corpus) for name in METHODS}


def test_networks_learn_as_the_options_say():
    fixed, small = plans()["fusion_fixed"][0], plans()["ststnet"][0]
    assert fixed.arguments == {"fusion": "fixed", "width": 0.5}
    assert (fixed.epochs, fixed.batch_size, fixed.patience, fixed.inputs) == (7, 50, 3, ("frames", "flow"))
    assert small.inputs == ("onset_apex",) and (small.epochs, small.learning_rate) == (9, 1e-4)
    assert small.patience is None  # its authors search all their epochs
    assert plans()["temporal"][0].inputs == ("flow",)


@pytest.mark.parametrize(("name", "size"), [("fusion", 96), ("ststnet", 96), ("lbp_top", 48), ("mdmo", 48)])
def test_runs_depend_on_their_clips_and_the_form_of_the_corpus(name, size):
    settings = plans()[name][1]
    assert settings["clips"]["size"] == size and settings["forms"] == ("cropped",)
    assert settings.get("form") == ("polar" if name == "mdmo" else None)
    assert plans("raw")[name][1] != settings


def test_each_method_is_of_one_kind():
    kinds = kinds_of(plans(), WIDE, SMALL, "polar")
    assert sorted(name for kind in kinds for name in kind.methods) == sorted(METHODS)
    paper, small, descriptors = (kind.facts for kind in kinds)
    assert (paper["size"], paper["epochs"], paper["patience"], descriptors["size"]) == (96, 7, 3, 48)
    assert (small["batch_size"], small["learning_rate"], small["refit"]) == (256, 1e-4, "yes")
