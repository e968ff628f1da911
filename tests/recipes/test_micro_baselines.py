from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from learnface.clips import flow_clip
from learnface.errors import DataError
from learnface.micro.facial_dynamics_map import facial_dynamics_map
from learnface.micro.lbp_top import lbp_top
from learnface.micro.mdmo import cropped_landmarks, mdmo
from learnface.recipes._micro_baselines import METHODS
from learnface.training import cross_validate, shuffle_labels


@pytest.fixture(scope="module")
def clips():
    """Four people with textures of their own; of one class the mouth rises, of the other the brows."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:48, :48].astype(float)
    rows, films = [], []
    for person in "abcd":
        texture = gaussian_filter(rng.normal(size=(48, 48)), 1.5)
        texture = 127 + 110 * texture / np.abs(texture).max()
        for take in range(6):
            label = ("positive", "surprise")[take % 2]
            place, strength = (34, 9)[take % 2] + rng.normal(), rng.uniform(0.8, 1.2)
            bump = strength * np.exp(-((x - 24) ** 2 / 120 + (y - place) ** 2 / 30))
            film = [
                map_coordinates(texture, [y + 0.25 * k * bump, x], order=1, mode="nearest") for k in range(10)
            ]
            films.append(np.clip(np.array(film) + rng.normal(0, 1, (10, 48, 48)), 0, 255).astype(np.uint8))
            rows.append({"sample": f"{person}{take}", "subject": person, "label": label})
    frames = np.stack(films)[..., None]
    return pd.DataFrame(rows), SimpleNamespace(frames=frames, flow=np.stack([flow_clip(f) for f in frames]))


def test_features_are_the_descriptors_of_each_clip(clips):
    _, arrays = clips
    few = SimpleNamespace(frames=arrays.frames[:2], flow=arrays.flow[:2])
    expected = {"lbp_top": lbp_top, "fdm": facial_dynamics_map, "mdmo": mdmo}
    for name, baseline in METHODS.items():
        features = baseline.features(few)
        np.testing.assert_allclose(features[1], expected[name](few.frames[1]), rtol=1e-5)
        assert features.shape == (2, {"lbp_top": 5 * 5 * 3 * 59, "fdm": 3 * 8 * 8 * 2, "mdmo": 72}[name])


def test_options_reach_the_descriptor(clips):
    _, arrays = clips
    few = SimpleNamespace(frames=arrays.frames[:2])
    options = {"landmarks": cropped_landmarks((48, 48)), "form": "cartesian"}
    features = METHODS["mdmo"].features(few, **options)
    np.testing.assert_array_equal(features[1], mdmo(few.frames[1], **options))
    assert (features[1] != mdmo(few.frames[1])).any()


@pytest.mark.parametrize("name", ["fdm", "mdmo"])
def test_other_people_are_recognised_and_shuffled_labels_are_not(clips, name):
    index, arrays = clips
    baseline = METHODS[name]
    features = baseline.features(arrays)
    assert "svc__C" in baseline.search.grid
    search = replace(baseline.search, grid={"svc__C": (0.1, 1)}, folds=2)
    result = cross_validate(search, index, features, progress=False)
    assert result.scores["uf1"]["value"] > 0.9
    assert set(result.folds) >= {"svc__C", "inner_f1"}
    null = cross_validate(search, shuffle_labels(index, 1), features, progress=False)
    assert null.scores["uar"]["value"] < 0.75


def test_no_clips_are_refused():
    with pytest.raises(DataError, match="no clips"):
        METHODS["fdm"].features(SimpleNamespace(flow=np.zeros((0, 9, 48, 48, 3))))
