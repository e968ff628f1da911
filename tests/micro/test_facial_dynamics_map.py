import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from learnface.errors import DataError
from learnface.micro.facial_dynamics_map import (
    align_flow,
    dynamics_map,
    facial_dynamics_map,
    principal_direction,
)


@pytest.mark.parametrize("seed", range(5))
def test_principal_direction_is_the_best_of_all_directions(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(60, 2)) + rng.normal(size=2)
    angles = np.linspace(0, 2 * np.pi, 7201)
    every = np.maximum(vectors @ np.stack([np.cos(angles), np.sin(angles)]), 0).mean(axis=0)
    found = principal_direction(vectors)
    assert np.linalg.norm(found) == pytest.approx(every.max(), rel=1e-5)
    best = angles[every.argmax()]
    assert found / np.linalg.norm(found) == pytest.approx([np.cos(best), np.sin(best)], abs=2e-3)


def test_no_motion_has_no_direction():
    assert principal_direction(np.zeros((5, 2))).tolist() == [0, 0]


def test_alignment_takes_off_what_most_pixels_share(rng):
    flow = rng.normal(0, 0.01, (20, 20, 2)) + [1.3, -0.7]
    flow[12:, 5:12] += [0.0, 0.8]  # 14 % of the pixels
    aligned = align_flow(flow)
    assert np.abs(aligned[:12].mean(axis=(0, 1))).max() < 0.003
    assert aligned[12:, 5:12].mean(axis=(0, 1)) == pytest.approx([0, 0.8], abs=0.01)


def test_map_has_the_motion_of_each_cuboid_in_its_place():
    flow = np.zeros((6, 24, 24, 3))
    flow[4:, 8:16, 16:] = [0.6, -0.8, 1.0]
    found = dynamics_map(flow + [2, 1, 0], (3, 3, 3)).reshape(3, 3, 3, 2)
    assert found[2, 1, 2] == pytest.approx([0.6, -0.8], abs=1e-6)
    found[2, 1, 2] = 0
    assert np.abs(found).max() < 1e-6


def test_map_of_a_clip_in_which_a_part_moves(rng):
    texture = gaussian_filter(rng.normal(size=(64, 80)), 2)
    texture = (127 + 60 * texture / np.abs(texture).max()).astype(np.float64)
    clip = np.stack([texture[:, 8:72]] * 5)
    for number in range(5):
        clip[number, 32:, :] = texture[32:, 8 - number : 72 - number]  # one pixel a frame to the right
    found = facial_dynamics_map(clip.astype(np.uint8), (2, 4, 4)).reshape(2, 4, 4, 2)
    assert np.linalg.norm(found[:, 0], axis=-1).max() < 0.15
    assert found[:, 3, 1:3, 0].min() > 0.8 and np.abs(found[:, 3, 1:3, 1]).max() < 0.2


def test_too_many_cuboids_are_refused():
    with pytest.raises(DataError, match=r"too small for \(3, 8, 8\) cuboids"):
        dynamics_map(np.zeros((2, 64, 64, 2)))
