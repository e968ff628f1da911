import math
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from learnface.clips.video import DamagedVideoWarning, probe_video, read_video, spread_frames
from learnface.errors import DataError

SIZE = (48, 64)


def write_video(path, images, times=None, fps=10, rotation=0, ratio=None, codec="mpeg4", **options):
    """Write a tiny video whose frames are shown at `times` (seconds)."""
    times = [i / fps for i in range(len(images))] if times is None else times
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.bit_rate = 4_000_000
        if ratio:
            stream.codec_context.sample_aspect_ratio = ratio
        if rotation:
            stream.set_display_rotation(rotation)
        for image, time in zip(images, times, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def grey_levels(count):
    """Frames that tell their number by their brightness: 0, 10, 20, ..."""
    return [np.full((*SIZE, 3), 10 * i, np.uint8) for i in range(count)]


def noise(count):
    return list(np.random.default_rng(0).integers(0, 255, (count, *SIZE, 3), dtype=np.uint8))


def numbers(frames):
    return [round(float(frame.image.mean()) / 10) for frame in frames]


def test_every_frame_with_its_time(tmp_path):
    frames = list(read_video(write_video(tmp_path / "a.mp4", grey_levels(8))))
    assert [frame.index for frame in frames] == list(range(8))
    assert [frame.time for frame in frames] == pytest.approx([i / 10 for i in range(8)])
    assert numbers(frames) == list(range(8))
    assert frames[0].image.shape == (*SIZE, 3) and frames[0].image.dtype == np.uint8


def test_varying_rate_keeps_true_times(tmp_path):
    times = [0, 0.1, 0.2, 1.0, 1.8, 1.9]
    path = write_video(tmp_path / "phone.mp4", grey_levels(6), times)
    assert [frame.time for frame in read_video(path)] == pytest.approx(times)
    # Frame 2 is on screen from 0.2 to 1, frame 3 from 1 to 1.8.
    assert numbers(read_video(path, fps=2, stop=2)) == [0, 2, 3, 3]


def test_times_begin_at_the_first_frame(tmp_path):
    """A recording cut out of a longer one may start its clock at some other second."""
    path = write_video(tmp_path / "part.mkv", grey_levels(5), [3 + i / 10 for i in range(5)])
    with av.open(str(path)) as container:
        assert container.streams.video[0].start_time == 3000
    assert [frame.time for frame in read_video(path)] == pytest.approx([i / 10 for i in range(5)], abs=1e-3)
    assert numbers(read_video(path, start=0.2)) == [2, 3, 4]


def test_fewer_and_more_frames_a_second(tmp_path):
    path = write_video(tmp_path / "a.mp4", grey_levels(20))
    assert numbers(read_video(path, fps=5)) == list(range(0, 20, 2))
    assert numbers(read_video(path, fps=20)) == [i // 2 for i in range(40)]
    assert numbers(read_video(path, fps=3)) == [0, 3, 6, 10, 13, 16]


def test_every_so_many_frames(tmp_path):
    path = write_video(tmp_path / "a.mp4", grey_levels(20))
    kept = list(read_video(path, every=6))
    assert numbers(kept) == [frame.index for frame in kept] == [0, 6, 12, 18]


def test_start_and_stop(tmp_path):
    path = write_video(tmp_path / "a.mp4", grey_levels(20))
    part = list(read_video(path, start=1.0, stop=1.5))
    assert numbers(part) == [10, 11, 12, 13, 14]
    assert [frame.index for frame in part] == [0, 1, 2, 3, 4]
    assert part[0].time == pytest.approx(1.0)
    assert numbers(read_video(path, start=1.05, stop=1.3)) == [10, 11, 12]  # 10 is on screen at 1.05
    assert numbers(read_video(path, start=1.0, stop=1.5, fps=4)) == [10, 12]
    assert list(read_video(path, start=5)) == []


@pytest.mark.parametrize("rotation", [90, -90, 180])
def test_phone_videos_stand_upright(tmp_path, rotation):
    image = np.zeros((*SIZE, 3), np.uint8)
    image[:24, :32, 0] = 250  # red in the upper left quarter of the stored picture
    path = write_video(tmp_path / "phone.mp4", [image] * 3, rotation=rotation)
    upright = next(read_video(path)).image
    expected = np.rot90(image, rotation // 90)  # anticlockwise
    assert upright.shape == expected.shape
    assert np.abs(upright.astype(int) - expected).mean() < 12
    info = probe_video(path)
    assert (info.height, info.width) == expected.shape[:2]
    assert info.rotation == rotation % 360


def test_probe(tmp_path):
    info = probe_video(write_video(tmp_path / "a.mp4", grey_levels(20)))
    assert (info.width, info.height, info.codec) == (64, 48, "mpeg4")
    assert (info.fps, info.duration) == (pytest.approx(10), pytest.approx(2.0, abs=0.11))


@pytest.mark.parametrize("options", [{}, {"live": "1"}], ids=["declared", "live"])
def test_frames_are_spread_over_the_whole_video(tmp_path, options):
    path = write_video(tmp_path / "a.mkv", grey_levels(20), **options)
    assert np.isnan(probe_video(path).duration) == bool(options)  # what is recorded live declares no length
    assert numbers(spread_frames(path, 4)) == [0, 5, 10, 15]
    assert len(spread_frames(path, 40)) == 40


@pytest.mark.parametrize("name", ["slow.mp4", "slow.mkv", "slow.avi"])
def test_the_last_frame_of_a_slow_video_stays_as_long_as_the_others(tmp_path, name):
    path = write_video(tmp_path / name, grey_levels(8), times=[5 * i for i in range(8)], fps=Fraction(1, 5))
    assert len(list(read_video(path))) == 8


def test_one_frame(tmp_path):
    path = write_video(tmp_path / "one.mp4", grey_levels(1))
    assert len(list(read_video(path))) == len(list(read_video(path, fps=3))) == 1


@pytest.mark.parametrize("name", ["cut.mkv", "cut.mp4", "cut.avi"])
def test_truncated_video_gives_what_is_readable_and_says_so(tmp_path, name):
    whole = write_video(tmp_path / f"whole-{name}", noise(40), movflags="faststart")
    path = tmp_path / name
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    frames = []
    with pytest.raises(DataError, match=rf"{name} is (damaged|cut short)"):
        for frame in read_video(path):
            frames.append(frame)
    assert 15 <= len(frames) <= 35
    with pytest.warns(DamagedVideoWarning, match=name):
        assert len(list(read_video(path, damaged="warn"))) == len(frames)
    assert len(list(read_video(path, stop=1))) == 10  # the part before the damage is whole


def test_cut_before_the_index_is_an_error(tmp_path):
    whole = write_video(tmp_path / "whole.mp4", noise(20))
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"cut.mp4 is not a video that FFmpeg reads, or is cut short"):
        list(read_video(path))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"this is no video\n" * 50, "is not a video"),
        ("notes.txt", b"this is no video\n" * 50, "no video stream"),
    ],
)
def test_wrong_files(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    for read in (lambda path: list(read_video(path)), probe_video):
        with pytest.raises(DataError, match=rf"{name}.* {message}"):
            read(tmp_path / name)


def test_sound_alone_is_no_video(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
    with pytest.raises(DataError, match="sound.wav has no video stream"):
        probe_video(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        list(read_video(tmp_path / "none.mp4"))
    with pytest.raises(DataError, match="not a file"):
        list(read_video(tmp_path))


def test_wrong_arguments(tmp_path):
    for wrong in (0, float("inf"), float("nan")):
        with pytest.raises(DataError, match=f"fps is {wrong}"):
            list(read_video(tmp_path / "a.mp4", fps=wrong))
    with pytest.raises(DataError, match="every is 0"):
        list(read_video(tmp_path / "a.mp4", every=0))
    with pytest.raises(DataError, match="every is 1.5"):
        list(read_video(tmp_path / "a.mp4", every=1.5))
    for start, stop in ((1, 1), (1, 0.5), (None, 0), (-1, None), (math.nan, None), (None, math.nan)):
        with pytest.raises(DataError, match=f"start is {start} and stop is {stop}: give seconds"):
            list(read_video(tmp_path / "a.mp4", start=start, stop=stop))
    with pytest.raises(DataError, match="not both"):
        list(read_video(tmp_path / "a.mp4", every=2, fps=2))
    with pytest.raises(DataError, match="damaged is 'hide'"):
        list(read_video(tmp_path / "a.mp4", damaged="hide"))


@pytest.mark.parametrize(
    ("ratio", "rotation", "shape"),
    [
        (Fraction(4, 3), 0, (48, 85)),
        (Fraction(4, 3), 90, (85, 48)),
        (Fraction(1, 2), 0, (96, 64)),
        (Fraction(400, 399), 0, (48, 64)),  # as good as square
        (Fraction(99, 1), 0, (48, 64)),  # nonsense
    ],
)
def test_pixels_become_square(tmp_path, ratio, rotation, shape):
    path = write_video(tmp_path / "tape.mp4", noise(2), ratio=ratio, rotation=rotation)
    info = probe_video(path)
    assert (info.height, info.width) == shape == next(read_video(path)).image.shape[:2]


def test_a_gif_that_moves_is_read(tmp_path):
    first, *others = map(Image.fromarray, grey_levels(4))
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=500)
    assert [frame.time for frame in read_video(tmp_path / "a.gif")] == pytest.approx([0, 0.5, 1, 1.5])


def test_an_animated_webp_says_what_to_do(tmp_path):
    first, *others = map(Image.fromarray, grey_levels(4))
    first.save(tmp_path / "a.webp", save_all=True, append_images=others)
    with pytest.raises(DataError, match="a.webp is an animated WebP, .* convert it to .mp4"):
        next(read_video(tmp_path / "a.webp"))


def test_a_name_may_hold_a_colon(tmp_path, monkeypatch):
    write_video(tmp_path / "clip.avi", grey_levels(3)).rename(tmp_path / "10:30.avi")
    monkeypatch.chdir(tmp_path)
    assert len(list(read_video("10:30.avi"))) == 3


def test_a_title_need_not_be_utf_8(tmp_path):
    path = tmp_path / "a.mkv"
    with (
        av.open(str(write_video(tmp_path / "b.avi", grey_levels(3)))) as video,
        av.open(str(path), "w") as titled,
    ):
        titled.metadata["title"] = "Stunde fuenf"
        stream = titled.add_stream_from_template(video.streams.video[0])
        for packet in video.demux(video.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                titled.mux(packet)
    path.write_bytes(path.read_bytes().replace(b"fuenf", b"f\xfcnf "))
    assert len(list(read_video(path))) == 3
