"""Writing frames: pictures in any format of OpenCV, and videos."""

from pathlib import Path

import cv2
import numpy as np

from learnface.errors import DataError

__all__ = ["grey", "put_text", "write_picture", "write_video"]

_WITHOUT_LOOKAHEAD = "no-mbtree=1:scenecut=0:b-adapt=0:weightp=0"


def grey(images: np.ndarray) -> np.ndarray:
    """Return RGB pictures (..., 3) as grey ones (...), uint8."""
    weighted = images.astype(np.uint32) * np.array([299, 587, 114], np.uint32)
    return ((weighted.sum(-1) + 500) // 1000).astype(np.uint8)


def put_text(path: Path, text: str) -> None:
    """Write a small file that a later move makes whole or absent; thousands are quick this way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_picture(path: Path, image: np.ndarray) -> None:
    """Write an RGB or grey picture in the format of the path's suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(path.suffix, image[..., ::-1] if image.ndim == 3 else image)
    path.write_bytes(data.tobytes())


def write_video(path: Path, frames: np.ndarray, fps: int = 25) -> None:
    """Write RGB frames (frames, height, width, 3) as a video: H.264 in `.mp4`, MPEG-4 in `.avi`.

    Raises:
        DataError: rows or columns are odd, which these formats cannot hold.
    """
    import av

    height, width = frames.shape[1:3]
    if height % 2 or width % 2:
        raise DataError(f"size={width}x{height}: a video's rows and columns must be even")
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264" if path.suffix == ".mp4" else "mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1  # more threads may cut the picture otherwise: other bytes
        if path.suffix == ".mp4":
            # x264's lookahead reads beside its pictures: what it decides may differ with what lies there in memory.
            stream.options = {"crf": "18", "preset": "veryfast", "x264-params": _WITHOUT_LOOKAHEAD}
        else:
            stream.codec_context.qmin = stream.codec_context.qmax = 3
        for frame in frames:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24"))
            )
        container.mux(stream.encode())
