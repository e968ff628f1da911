"""What the descriptors ask of a clip and of its flow."""

import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError
from learnface.faces.normalise import grey

__all__ = ["checked_flow", "grey_clip"]


def grey_clip(clip: NDArray) -> NDArray:
    """Return a clip as grey levels from 0 to 255, (frames, height, width), `uint8` or floats.

    Args:
        clip: (frames, height, width[, channels]), `uint8`, or floats in [0, 1].

    Raises:
        DataError: the clip has another shape or type.
    """
    clip = np.asarray(clip)
    if clip.ndim not in (3, 4) or not len(clip):
        raise DataError(f"the clip has the shape {clip.shape}, expected (frames, height, width[, channels])")
    if clip.dtype != np.uint8 and not np.issubdtype(clip.dtype, np.floating):
        raise DataError(f"the clip is {clip.dtype}, expected uint8 (0-255) or floats in [0, 1]")
    levels = np.stack([grey(frame)[..., 0] for frame in clip]) if clip.ndim == 4 else clip
    return levels if levels.dtype == np.uint8 else 255.0 * levels


def checked_flow(flow: NDArray) -> NDArray[np.float64]:
    """Return the dx and dy of flow pictures, (pictures, height, width, 2).

    Raises:
        DataError: `flow` has another shape, or holds NaN.
    """
    flow = np.asarray(flow, dtype=np.float64)
    if flow.ndim != 4 or flow.shape[-1] < 2 or not len(flow):
        raise DataError(f"flow has the shape {flow.shape}, expected (pictures, height, width, 2 or more)")
    if not np.isfinite(flow).all():
        raise DataError("flow holds NaN or infinity: compute it anew")
    return flow[..., :2]
