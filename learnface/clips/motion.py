"""Motion: dense optical flow between frames, and the optical strain of a micro-expression.

| method         | algorithm                                     | settings                                 |
|----------------|-----------------------------------------------|------------------------------------------|
| `"dis"`        | dense inverse search (Kroeger et al. 2016)    | medium preset, refined to whole pixels   |
| `"farneback"`  | polynomial expansion (Farneback 2003)         | 3 levels, window 15, 3 iterations, n = 5 |
| `"tvl1"`       | duality-based TV-L1 (Zach et al. 2007)        | those of the package that has it         |

Mean error in pixels inside textured pictures of 96 x 96, and time on one core, as
`benchmarks/optical_flow.py` prints them:

| method        | shift (0.3, -0.2) | shift (4.2, -3.1) | turn of 1 degree | turn of 3 degrees | ms  |
|---------------|-------------------|-------------------|------------------|-------------------|-----|
| `"dis"`       | 0.011             | 0.009             | 0.019            | 0.048             | 16  |
| `"farneback"` | 0.009             | 0.007             | 0.039            | 0.115             | 6   |
| `"tvl1"`      | 0.034             | 0.026             | 0.030            | 0.034             | 290 |

OpenCV's medium preset stops at half the resolution, where its errors are three times as large
(0.04 for the first column): too large beside a micro-expression. `"tvl1"` was measured with
scikit-image; opencv-contrib's is faster and is taken where it is there.

Where there is nothing but noise, on a plain wall, flow is an invention of a few tenths of a pixel: crop to
the face first (`learnface.faces.align.align_clip`).
"""

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError, optional_import

__all__ = [
    "FLOW_METHODS",
    "dense_flow",
    "flow_clip",
    "flow_to_rgb",
    "onset_apex_flow",
    "optical_strain",
    "remove_head_motion",
]


def dense_flow(first: NDArray, second: NDArray, method: str = "dis") -> NDArray[np.float32]:
    """Return how far each pixel of `first` has moved in `second`.

    Args:
        first: RGB or grey frame, (height, width[, channels]), `uint8` or floats in [0, 1]; at least
            16 pixels high and wide.
        second: the later frame, of the same size.
        method: a key of `FLOW_METHODS`; `"tvl1"` needs `learnface[tvl1]` or opencv-contrib.

    Returns:
        (height, width, 2): dx and dy in pixels per frame; dx grows to the right and dy downwards.

    Raises:
        DataError: an unknown method, or frames that are not two pictures of one size.

    Example:
        >>> x, y = np.meshgrid(np.arange(64), np.arange(64))
        >>> waves = 0.5 + 0.2 * np.sin(x / 3) + 0.2 * np.sin(y / 4)
        >>> flow = dense_flow(waves, np.roll(waves, 2, axis=1))
        >>> dx, dy = flow[32, 32]
        >>> round(float(dx), 1), round(float(abs(dy)), 1)
        (2.0, 0.0)
    """
    return _method(method)(*(_grey(frame) for frame in _same_size(first, second)))


def flow_clip(frames: Sequence[NDArray] | NDArray, method: str = "dis") -> NDArray[np.float32]:
    """Return the flow between neighbouring frames as pictures of dx, dy and their magnitude.

    The temporal stream of the micro-expression paper: 20 frames give 19 flow pictures.

    Args:
        frames: at least two frames of one size, (frames, height, width[, channels]).
        method: as `dense_flow`.

    Returns:
        (frames - 1, height, width, 3): dx, dy and sqrt(dx^2 + dy^2) in pixels per frame.

    Raises:
        DataError: as `dense_flow`, or fewer than two frames.
    """
    if len(frames) < 2:
        raise DataError(f"flow needs at least 2 frames, got {len(frames)}")
    flow = _method(method)
    greys = [_grey(frame) for frame in _same_size(*frames)]
    pictures = []
    for first, second in zip(greys, greys[1:], strict=False):
        dx, dy = cv2.split(flow(first, second))  # OpenCV's own loops: nearly all the time is left to the flow
        pictures.append(cv2.merge((dx, dy, cv2.magnitude(dx, dy))))
    return np.stack(pictures)


def onset_apex_flow(onset: NDArray, apex: NDArray, method: str = "dis") -> NDArray[np.float32]:
    """Return the flow from onset to apex with its optical strain, three channels for a network.

    The input of STSTNet and of other small micro-expression networks (Liong et al. 2019).

    Args:
        onset: the frame where the expression begins.
        apex: the frame where it is strongest.
        method: as `dense_flow`.

    Returns:
        (height, width, 3): dx and dy in pixels, and the optical strain.
    """
    flow = dense_flow(onset, apex, method)
    return np.concatenate([flow, optical_strain(flow)[..., None]], axis=-1)


def optical_strain(flow: NDArray) -> NDArray[np.float32]:
    """Return the magnitude of a flow's strain tensor, which is zero where the face moves rigidly.

    sqrt(exx^2 + eyy^2 + 2 exy^2) with exx = d dx / d x, eyy = d dy / d y and exy the mean of the two cross
    derivatives (Shreve et al. 2011), by central differences. A turn leaves a strain of the second
    order of its angle.

    Args:
        flow: (height, width, 2) or more channels, of which the first two are dx and dy.

    Returns:
        (height, width), without a unit: pixels per pixel.

    Example:
        >>> y, x = np.mgrid[:5, :5]
        >>> stretch = np.stack([0.1 * x, 0.0 * y], axis=-1)
        >>> round(float(optical_strain(stretch)[2, 2]), 3)
        0.1
    """
    across_y, across_x = np.gradient(np.asarray(flow[..., 0], dtype=np.float32))
    down_y, down_x = np.gradient(np.asarray(flow[..., 1], dtype=np.float32))
    shear = (across_y + down_x) / 2
    return np.sqrt(across_x**2 + down_y**2 + 2 * shear**2)


def remove_head_motion(flow: NDArray, rounds: int = 5) -> NDArray[np.float32]:
    """Return a flow less the shift, turn and scaling that most of its pixels share.

    The similarity is fitted again and again with less weight for pixels that it does not explain
    (Cauchy's weights on the median error), so that a moving mouth does not pull it. Crop to the face
    first: a background that stands still is counted too.

    Args:
        flow: (height, width, 2), or with the magnitude as third channel, which is computed anew.
        rounds: number of fits.

    Returns:
        Flow of the same shape.

    Example:
        >>> flow = np.full((20, 20, 2), 3.0)
        >>> flow[15:, 8:12] += 1
        >>> left = remove_head_motion(flow)
        >>> [round(abs(float(left[y, 10, 0])), 1) for y in (10, 17)]
        [0.0, 1.0]
    """
    flow = np.asarray(flow, dtype=np.float32)
    height, width = flow.shape[:2]
    y, x = (np.mgrid[:height, :width].reshape(2, -1) - np.array([[height], [width]]) / 2) / max(height, width)
    ones, none = np.ones_like(x), np.zeros_like(x)
    # dx = shift + scale x - turn y and dy = shift + turn x + scale y
    design = np.stack([np.stack([ones, none, x, -y], axis=-1), np.stack([none, ones, y, x], axis=-1)])
    vectors = np.moveaxis(flow[..., :2], -1, 0).reshape(2, -1)
    weights = np.ones(x.size)
    for _ in range(rounds):
        root = np.sqrt(weights)
        solution = np.linalg.lstsq((design * root[:, None]).reshape(-1, 4), (vectors * root).ravel())[0]
        error = np.linalg.norm(vectors - design @ solution, axis=0)
        weights = 1 / (1 + np.square(error / max(np.median(error), 1e-6)))
    rest = (vectors - design @ solution).reshape(2, height, width)
    channels = [*rest, np.linalg.norm(rest, axis=0)][: flow.shape[2]]
    return np.stack(channels, axis=-1).astype(np.float32)


def flow_to_rgb(flow: NDArray, longest: float | None = None) -> NDArray[np.uint8]:
    """Return a picture of a flow: the hue is its direction, the brightness its length.

    Args:
        flow: (height, width, 2) or more channels, of which the first two are dx and dy.
        longest: length in pixels that is brightest; by default the longest that there is. One value for
            all pictures of a clip makes them comparable.

    Returns:
        RGB picture, (height, width, 3); red is to the right, and black does not move.
    """
    dx, dy = (np.asarray(flow[..., channel], dtype=np.float32) for channel in (0, 1))
    length, angle = cv2.cartToPolar(dx, dy, angleInDegrees=True)
    longest = float(length.max()) if longest is None else longest
    brightness = np.clip(length / max(longest, 1e-6), 0, 1)
    hsv = np.stack([angle, np.ones_like(angle), brightness], axis=-1)
    return np.round(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).astype(np.uint8)


def _dis() -> Callable[[NDArray, NDArray], NDArray]:
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    return lambda first, second: search.calc(first, second, None)


def _farneback() -> Callable[[NDArray, NDArray], NDArray]:
    settings = {"pyr_scale": 0.5, "levels": 3, "winsize": 15, "iterations": 3, "poly_n": 5, "poly_sigma": 1.2}
    return lambda first, second: cv2.calcOpticalFlowFarneback(first, second, None, flags=0, **settings)


def _tvl1() -> Callable[[NDArray, NDArray], NDArray]:
    if hasattr(cv2, "optflow"):
        contrib = cv2.optflow.DualTVL1OpticalFlow_create()
        return lambda first, second: contrib.calc(first, second, None)
    registration = optional_import("skimage.registration", extra="tvl1")

    def calculate(first: NDArray, second: NDArray) -> NDArray:
        scaled = (frame.astype(np.float32) / 255 for frame in (first, second))
        rows, columns = registration.optical_flow_tvl1(*scaled)
        return np.stack([columns, rows], axis=-1)

    return calculate


FLOW_METHODS = {"dis": _dis, "farneback": _farneback, "tvl1": _tvl1}
"""What `method` may be."""


def _method(name: str) -> Callable[[NDArray, NDArray], NDArray[np.float32]]:
    if name not in FLOW_METHODS:
        raise DataError(f"method={name!r}: choose one of {list(FLOW_METHODS)}")
    calculate = FLOW_METHODS[name]()
    return lambda first, second: np.asarray(calculate(first, second), dtype=np.float32)


def _same_size(*frames: NDArray) -> Iterable[NDArray]:
    shapes = {np.shape(frame)[:2] for frame in frames}
    if len(shapes) > 1:
        raise DataError(f"frames of different sizes, {sorted(shapes)}: flow needs one size")
    return frames


def _grey(frame: NDArray) -> NDArray[np.uint8]:
    array = np.asarray(frame)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3)):
        raise DataError(f"a frame has the shape {array.shape}, expected (height, width[, 1 or 3])")
    if min(array.shape[:2]) < 16:
        raise DataError(f"a frame is {array.shape[0]} x {array.shape[1]}: flow needs at least 16 x 16 pixels")
    if np.issubdtype(array.dtype, np.floating):
        array = np.round(np.clip(array, 0, 1) * 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise DataError(f"a frame is {array.dtype}, expected uint8 (0-255) or floats in [0, 1]")
    if array.shape[2:] == (3,):
        return cv2.cvtColor(np.ascontiguousarray(array), cv2.COLOR_RGB2GRAY)
    return np.ascontiguousarray(array.reshape(array.shape[:2]))
