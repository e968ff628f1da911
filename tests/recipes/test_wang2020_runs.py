from pathlib import Path

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
        size=24,
        frames=4,
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
