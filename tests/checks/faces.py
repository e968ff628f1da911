"""Drawn pictures and detectors that need no real face. Worker processes import this module by its name."""

import os
import signal
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from learnface.faces import Face
from learnface.faces.detect import Detector

__all__ = ["BrightDetector", "draw_face", "slow_prepare", "write_clip", "write_picture"]

FACE, BACKGROUND = 200, 40
CRASH, HANG = 101, 102  # a first pixel of this value ends or hangs the process of `BrightDetector(harm=True)`
# An environment variable: how long `BrightDetector` takes for a picture. No setting, as faces are the same.
SECONDS = "TEST_DETECTOR_SECONDS"


class BrightDetector(Detector):
    """Finds the bounding box of bright pixels, and the corners of it as eyes and mouth."""

    name = "bright"
    window = 4

    def __init__(self, harm: bool = False):
        super().__init__()
        self.harm = harm

    def _build(self):
        return None

    def _find(self, image):
        time.sleep(float(os.environ.get(SECONDS, 0)))
        first = int(image.reshape(-1)[0])
        if self.harm and first == CRASH:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.harm and first == HANG:
            time.sleep(600)
        grey = image if image.ndim == 2 else image.max(axis=2)
        rows, columns = np.nonzero(grey > 120)
        if not len(rows):
            return []
        x, y = columns.min(), rows.min()
        width, height = columns.max() - x + 1, rows.max() - y + 1
        box = tuple(map(float, (x, y, width, height)))
        eyes = [(x + 0.3 * width, y + 0.4 * height), (x + 0.7 * width, y + 0.4 * height)]
        rest = [(x + 0.5 * width, y + 0.6 * height)]
        rest += [(x + 0.35 * width, y + 0.8 * height), (x + 0.65 * width, y + 0.8 * height)]
        return [Face(box, 0.5, np.array(eyes + rest))]


def draw_face(size=(24, 32), box=(8, 6, 12, 12), value=FACE, corner=BACKGROUND) -> np.ndarray:
    """Return a grey picture with a bright square (or none, where `box` is None) and a first pixel."""
    image = np.full(size, BACKGROUND, np.uint8)
    if box is not None:
        x, y, width, height = box
        image[y : y + height, x : x + width] = value
        image[y + height // 2 :, x : x + width][: height // 2] -= 20
    image[0, 0] = corner
    return image


def write_picture(path: Path, image: np.ndarray) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return str(path)


def write_clip(path: Path, images: list[np.ndarray], fps: int = 10) -> str:
    """Write a video without loss of brightness worth speaking of."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.height, stream.width = images[0].shape
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        stream.codec_context.time_base = Fraction(1, fps)
        for image in images:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.stack([image] * 3, -1), format="rgb24"))
            )
        container.mux(stream.encode())
    return str(path)


def slow_prepare(folder: str, out: str, processes: int) -> None:
    """Prepare the pictures of a folder slowly, to be stopped in the middle."""
    import pandas as pd

    from learnface.clips import PrepareSettings, prepare

    files = sorted(Path(folder).iterdir())
    index = pd.DataFrame({"sample": [file.stem for file in files], "frames": list(map(str, files))})
    settings = PrepareSettings(detector=BrightDetector(), size=8)
    prepare(index, out, settings, samples_per_shard=2, processes=processes)
