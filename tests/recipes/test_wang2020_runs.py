import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from checks.clips import write_motion_clips

from learnface.errors import DataError
from learnface.recipes._wang2020_runs import Runs, Settings


def runs(data, out, split="subject"):
    settings = Settings(
        data=Path(data),
        out=Path(out),
        split=split,
        backbones={"fer_vgg": "ferplus"},
        stills="labelled_clips",
        clips="labelled_clips",
        pretraining_epochs=1,
        epochs=1,
        learning_rate=2e-4,
        batch_size=8,
        units=4,
        dense=(8, 8),
        size=24,
        frames=4,
        every=None,
        detector=None,
        landmarks=None,
        processes=1,
    )
    return Runs(settings)


def people(samples):
    return {name: set(part.images.samples["subject"]) for name, part in samples.items()}


def test_people_are_kept_apart_unless_one_asks_for_the_papers_split(tmp_path):
    data = write_motion_clips(tmp_path / "clips", people=6, each=5)
    found, labels = runs(data, tmp_path / "a")._samples("clips", seed=0)
    assert labels == ("falling", "rising")
    own = people(found)
    assert not own["train"] & own["test"] and not own["train"] & own["validation"]
    leaky = people(runs(data, tmp_path / "a", "paper")._samples("clips", seed=0)[0])
    assert leaky["train"] & leaky["test"]


def test_clips_cannot_be_the_stills(tmp_path):
    data = write_motion_clips(tmp_path / "clips", people=3, each=1)
    with pytest.raises(DataError, match="labelled_clips holds clips: it cannot be the stills"):
        runs(data, tmp_path / "out").score("stills", "fer_vgg", 0)


def test_a_missing_corpus_is_told_before_anything_is_trained(tmp_path):
    with pytest.raises(DataError, match="none does not exist"):
        runs(tmp_path / "none", tmp_path / "out").check(["stills"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("corpus", "count", "step"), [("bnu_lsved", 40, 4), ("bnu_lsved", 12, 1), ("afew", 40, 1)]
)
def test_the_papers_every_4th_frame_of_40(corpus, count, step, tmp_path):
    recipe = runs(tmp_path, tmp_path)
    recipe.settings = dataclasses.replace(recipe.settings, frames=10)
    index = pd.DataFrame({"count": [count, 41]})
    assert recipe._every(corpus, index) == step
    recipe.settings = dataclasses.replace(recipe.settings, every=2)
    assert recipe._every(corpus, index) == 2
