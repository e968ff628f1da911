import av
import cv2
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic import Learner, synthesise_video
from learnface.synthetic.media import grey, put_text, write_picture, write_video


@pytest.fixture
def frames(rng):
    small = rng.integers(60, 200, (5, 4, 4, 3), np.uint8)
    return np.stack([cv2.resize(frame, (32, 32)) for frame in small])


def test_grey_is_the_usual_luma(frames):
    expected = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]).astype(int)
    assert np.abs(grey(frames) - expected).max() <= 1


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_lossless_pictures(tmp_path, frames, suffix):
    write_picture(tmp_path / f"a/b{suffix}", frames[0])
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / f"a/b{suffix}"))[..., ::-1], frames[0])


@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
def test_video_keeps_its_frames_and_is_the_same_again(tmp_path, frames, suffix):
    for name in ("one", "two"):
        write_video(tmp_path / f"{name}{suffix}", frames, fps=30)
    with av.open(str(tmp_path / f"one{suffix}")) as container:
        assert container.streams.video[0].average_rate == 30
        read = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    assert read.shape == frames.shape
    assert np.abs(read.astype(int) - frames).mean() < 12
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_a_video_is_the_same_whatever_lies_in_memory(tmp_path, rng):
    """x264's lookahead is not: two encodings in a dozen of these frames differed."""
    frames = synthesise_video(Learner(3), ["happy", "sad", "fear"], frames=8, size=96, zoom=1.3).frames
    written = set()
    for _ in range(12):
        junk = [np.full(rng.integers(1, 10**6), rng.integers(0, 255), np.uint8) for _ in range(20)]
        del junk
        write_video(tmp_path / "a.mp4", frames, fps=5)
        written.add((tmp_path / "a.mp4").read_bytes())
    assert len(written) == 1


def test_odd_sizes_are_refused(tmp_path, frames):
    with pytest.raises(DataError, match="31x32.*even"):
        write_video(tmp_path / "a.mp4", frames[:, :, :31])


def test_put_text_makes_folders(tmp_path):
    put_text(tmp_path / "a/b.txt", "é")
    assert (tmp_path / "a/b.txt").read_text(encoding="utf-8") == "é"
