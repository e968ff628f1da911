"""Tiny pictures and videos, for tests that need files."""

from fractions import Fraction

import av
import cv2
import numpy as np

__all__ = ["patterns", "write_video"]


def patterns(count, seed=0, size=(48, 48)) -> np.ndarray:
    """Smooth grey pictures, unlike each other."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 6, 6)).astype(np.uint8)
    return np.stack([cv2.resize(image, size[::-1], interpolation=cv2.INTER_CUBIC) for image in coarse])


def write_video(path, frames, fps=10, codec="mpeg4", rate=1_000_000) -> None:
    """Write grey frames as a video."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuvj420p" if codec == "mjpeg" else "yuv420p", rate
        stream.codec_context.time_base = Fraction(1, fps)
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        container.mux(stream.encode())
