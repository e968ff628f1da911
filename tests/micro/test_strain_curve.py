import numpy as np
import pytest
from checks.twitches import twitching_frames

from learnface.clips.motion import optical_strain
from learnface.micro import SpottingSettings
from learnface.micro._strain_curve import FaceRegions, returning_strain, strain_tensor

Y, X = np.mgrid[:64, :64].astype(float)


def cutter(size=64):
    return SpottingSettings(detector=None, size=size).cutter()


def test_tensor_of_known_fields():
    assert np.abs(strain_tensor(np.full((64, 64, 2), 3.0))).max() < 1e-6
    field = np.stack([0.02 * X + 0.05 * Y, 0.01 * X - 0.03 * Y], axis=-1)
    inner = strain_tensor(field)[10:-10, 10:-10]
    np.testing.assert_allclose(inner, np.broadcast_to([0.02, -0.03, 0.03], inner.shape), atol=1e-5)
    turn = np.stack([-0.02 * Y, 0.02 * X], axis=-1)
    assert np.abs(strain_tensor(turn)[10:-10, 10:-10]).max() < 1e-5


def test_tensor_has_the_magnitude_that_motion_gives(rng):
    flow = rng.normal(size=(20, 24, 2)).astype(np.float32)
    tensor = strain_tensor(flow, smoothing=0)
    np.testing.assert_allclose(np.sqrt(tensor**2 @ [1, 1, 2]), optical_strain(flow), rtol=1e-4)


def test_affine_motion_of_the_head_is_taken_off_and_a_bump_left():
    regions = FaceRegions(cutter())
    head = np.stack([3 + 0.05 * X - 0.02 * Y, -1 + 0.03 * X + 0.04 * Y], axis=-1)
    assert np.abs(regions.without_head_motion(head)).max() < 1e-4
    bump = np.exp(-((X - 25) ** 2 + (Y - 45) ** 2) / 18)[..., None] * [0.0, 1.0]
    left = regions.without_head_motion(head + bump)
    assert left[45, 25, 1] == pytest.approx(1, abs=0.15)


def test_strain_that_comes_and_goes_counts_and_what_goes_on_does_not(rng):
    regions = FaceRegions(cutter())
    tensor = rng.normal(size=(64, 64, 3)).astype(np.float32)
    assert regions.strain(tensor, tensor) == 0  # goes on
    assert regions.strain(tensor, np.zeros_like(tensor)) == 0  # stays
    returned = regions.strain(tensor, -tensor)
    assert returned == pytest.approx(2, rel=0.05)  # the root of 1 + 1 + 2 variances
    assert regions.strain(3 * tensor, -3 * tensor) == pytest.approx(3 * returned)
    assert np.isnan(regions.strain(None, tensor))


def test_curve_peaks_at_the_apex_though_the_face_drifts():
    frames = twitching_frames(40, onsets=[16], drift=0.1)
    numbers, strain = zip(*returning_strain(frames, 7, cutter(), "dis", 15), strict=True)
    assert numbers == tuple(range(7, 33))
    assert abs(numbers[int(np.argmax(strain))] - 20) <= 1
    rest = [s for n, s in zip(numbers, strain, strict=True) if n < 13 or n > 28]
    assert max(strain) > 3 * max(rest)


class Leaving:
    """A cutter for which nobody is there for a while."""

    def __init__(self, cutter, gone: range):
        self._cutter, self._gone, self._number = cutter, gone, -1
        self.looked_at = []
        self.settings, self.cut = cutter.settings, cutter.cut

    def frames(self, frames):
        for self._number, frame in enumerate(frames):
            yield frame

    def place(self, image):
        self.looked_at.append(self._number)
        return None if self._number in self._gone else self._cutter.place(image)


def test_the_curve_says_nothing_while_nobody_is_there():
    """The place where a face was is a wall once it has gone."""
    leaving = Leaving(cutter(), range(15, 25))
    frames = leaving.frames(twitching_frames(50, onsets=[], drift=0.1))
    numbers, strain = zip(*returning_strain(frames, 5, leaving, "dis", 10), strict=True)
    assert leaving.looked_at == [0, 10, *range(20, 26), 30, 40]  # a search a frame until it is back
    unknown = [n for n, s in zip(numbers, strain, strict=True) if np.isnan(s)]
    assert unknown == list(range(20, 30))
