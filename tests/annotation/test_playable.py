import os
from fractions import Fraction

import av
import numpy as np
import pytest
from checks.films import patterns, write_video

from learnface.annotation import playable
from learnface.annotation.playable import PlayableCopies, write_playable
from learnface.clips.video import probe_video, read_video
from learnface.errors import DataError


def write_uneven(path, times):
    """A video whose frames come at uneven times, given in milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 50, 36, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for time, image in zip(times, patterns(len(times), size=(36, 50)), strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="gray")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def test_a_copy_has_the_same_pictures_at_the_same_times(tmp_path):
    source, copy = tmp_path / "a.mkv", tmp_path / "copy.mp4"
    write_uneven(source, [0, 40, 173, 180, 500, 1000, 1033])
    write_playable(read_video(source), copy)
    info = probe_video(copy)
    assert (info.codec, info.width, info.height) == ("h264", 50, 36)
    old, new = list(read_video(source)), list(read_video(copy))
    assert [frame.time for frame in new] == pytest.approx([frame.time for frame in old], abs=0.0005)
    assert [frame.time for frame in new] == pytest.approx([0, 0.04, 0.173, 0.18, 0.5, 1.0, 1.033], abs=0.0005)
    unlike = [[np.abs(one.image.astype(int) - other.image).mean() for other in new] for one in old]
    assert np.argmin(unlike, axis=1).tolist() == list(range(7)) and np.diag(unlike).max() < 10


def test_large_pictures_are_made_smaller_with_even_sides(tmp_path):
    write_video(tmp_path / "a.avi", patterns(2, size=(400, 1010)))
    write_playable(read_video(tmp_path / "a.avi"), tmp_path / "b.mp4")
    info = probe_video(tmp_path / "b.mp4")
    assert (info.width, info.height) == (720, 286)


def test_what_is_not_copied(tmp_path, monkeypatch):
    write_video(tmp_path / "a.avi", patterns(20))  # 2 s
    (tmp_path / "b.avi").write_bytes(b"no video")
    copies = PlayableCopies()
    monkeypatch.setattr(playable, "LONGEST", 1.2)
    with pytest.raises(DataError, match="longer than 0.02 minutes; convert it"):
        copies.make(tmp_path / "a.avi")
    with pytest.raises(DataError, match="b.avi"):
        copies.make(tmp_path / "b.avi")
    assert copies.find(tmp_path / "a.avi") is None and copies.find(tmp_path / "b.avi") is None
    monkeypatch.setattr(copies, "_closed", True)
    with pytest.raises(DataError, match="not finished, as the server stops"):
        copies.make(tmp_path / "a.avi")
    copies.close()


def test_copies_are_few_kept_while_they_fit_and_go_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(playable, "MOST_COPIES", 2)
    sources = [tmp_path / f"{number}.avi" for number in range(3)]
    for seed, source in enumerate(sources):
        write_video(source, patterns(3, seed))
    copies = PlayableCopies()
    assert copies.find(sources[0]) is None
    first = copies.make(sources[0])
    assert copies.find(sources[0]) == copies.make(sources[0]) == first
    os.utime(first, ns=(0, 0))  # the oldest
    copies.make(sources[1])
    copies.make(sources[2])
    assert [copies.find(source) is not None for source in sources] == [False, True, True]
    write_video(sources[1], patterns(4, seed=9))  # another video of the same name
    assert copies.find(sources[1]) is None
    PlayableCopies().close()  # which has made no folder
    folder = first.parent
    assert folder.stat().st_mode & 0o077 == 0
    copies.close()
    assert not folder.exists()
