import json
import math

import pytest
from checks.faces import BrightDetector

from learnface.clips import PrepareSettings
from learnface.errors import DataError


def test_defaults_are_those_of_wang2020():
    settings = PrepareSettings()
    assert (settings.shape, settings.equalise, settings.grey) == ((64, 64, 1), "histogram", True)


def test_the_hash_tells_settings_apart_and_nothing_else():
    same = [PrepareSettings(size=48), PrepareSettings(size=(48, 48)), PrepareSettings(size=48)]
    assert len({settings.sha256 for settings in same}) == 1
    others = [
        PrepareSettings(),
        PrepareSettings(size=48, grey=False),
        PrepareSettings(size=48, detector=None),
        PrepareSettings(size=48, detector=BrightDetector()),
        PrepareSettings(size=48, detector=BrightDetector(harm=True)),
        PrepareSettings(size=48, frames=10),
    ]
    assert len({settings.sha256 for settings in [*same, *others]}) == 1 + len(others)


def test_a_detector_is_described_by_class_and_settings():
    described = PrepareSettings(detector="viola_jones").describe()
    assert described["detector"]["class"] == "ViolaJones"
    assert described["detector"]["scale_factor"] == 1.1
    assert json.loads(json.dumps(described)) == described
    assert PrepareSettings(detector=None).describe()["detector"] is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"equalise": "yes"}, "histogram"),
        ({"missing": "skip"}, "keep_empty"),
        ({"landmarks": "mash"}, "mesh"),
        ({"landmarks": "detector", "detector": None}, "needs a detector"),
        ({"template": "round"}, "five"),
        ({"landmarks": "dlib5", "template": "rigid"}, "lacks points of template='rigid'"),
        ({"landmarks": "detector", "template": "all"}, "lacks points of template='all'"),
        ({"size": 0}, "side of a face"),
        ({"size": (1, 2, 3)}, "height and width"),
        ({"frames": 0}, "frames=0"),
        ({"fps": -1.0}, "above 0"),
        ({"fps": math.inf}, "above 0"),
        ({"margin": -0.5}, "-0.5"),
        ({"margin": math.nan}, "-0.5"),
    ],
)
def test_wrong_settings_are_refused(setting, message):
    with pytest.raises(DataError, match=message):
        PrepareSettings(**setting)
