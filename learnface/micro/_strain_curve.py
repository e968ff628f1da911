"""How much a face has moved there and back, frame by frame, in memory that does not grow with the video.

With the strain tensors A of the flow from t - k to t and B of that from t to t + k, an expression that has its
apex at t and is gone k frames before and after gives B = -A. So -A:B, the (double) product of the two, is the
squared strain of what came and went. It is negative for what goes on, as a head that turns does, and zero for what
stays, as a longer expression does.
"""

from collections import deque
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.clips._cutter import FaceCutter, Placement
from learnface.clips.motion import dense_flow
from learnface.micro.mdmo import REGIONS, cropped_landmarks, region_map

__all__ = ["FaceRegions", "returning_strain", "strain_tensor"]

_SMOOTHING = 2.0  # pixels
_EYES = [
    place for place, name in enumerate(REGIONS) if "lid" in name or "under eye" in name
]  # blinks move these
_DOUBLE = np.float32([1, 1, 2])  # the shear is two of the tensor's four parts


def returning_strain(
    images: Iterable[NDArray], span: int, cutter: FaceCutter, method: str, reanchor: int
) -> Iterator[tuple[int, float]]:
    """Yield the number of each frame that has `span` frames on either side, and the strain that came and went.

    The face is looked for every `reanchor` frames, and where it is gone in every frame until it is found again.
    Both frames of a pair are cut by one transform, that of the earlier one, so that a face that is found elsewhere
    does not become motion. Of each flow the affine motion that fits the face best, its head's, is taken off.

    Args:
        images: RGB or grey frames of one size, uint8.
        span: k, frames between the two of a pair.
        cutter: finds and cuts the face.
        method: of the flow.
        reanchor: frames between two searches.

    Yields:
        Number of the frame, from 0, and the mean over the regions of the face, but for the eyes', of the root of
        their mean product; NaN where no face was found. The unit is pixels per pixel.
    """
    regions = FaceRegions(cutter)
    placement: Placement | None = None
    held: deque[tuple[Placement | None, NDArray | None]] = deque(maxlen=span)
    tensors: deque[NDArray | None] = deque(maxlen=span)
    for number, image in enumerate(images):
        if number % reanchor == 0 or placement is None:
            placement = cutter.place(image)
        own = None if placement is None else cutter.cut(image, placement).image
        tensor = None
        if len(held) == span:
            earlier, first = held[0]
            if first is not None:
                second = own if earlier is placement else cutter.cut(image, earlier).image
                tensor = strain_tensor(regions.without_head_motion(dense_flow(first, second, method)))
            if len(tensors) == span:
                yield number - span, regions.strain(tensors[0], tensor)
            tensors.append(tensor)
        held.append((placement, own))


def strain_tensor(flow: NDArray, smoothing: float = _SMOOTHING) -> NDArray[np.float32]:
    """Return a flow's strain, (height, width, 3): d dx / d x, d dy / d y, and the shear, half of their cross sum.

    Args:
        flow: (height, width, 2), dx and dy in pixels.
        smoothing: standard deviation in pixels of a Gaussian that is laid over the flow first; 0 for none.

    Example:
        >>> y, x = np.mgrid[:9, :9]
        >>> stretch = np.stack([0.1 * x, 0.3 * x - 0.2 * y], axis=-1)
        >>> [f"{part:.2f}" for part in strain_tensor(stretch, smoothing=0)[4, 4]]
        ['0.10', '-0.20', '0.15']
    """
    flow = np.ascontiguousarray(flow[..., :2], np.float32)
    if smoothing:
        flow = cv2.GaussianBlur(flow, (0, 0), smoothing)
    across_y, across_x = np.gradient(flow[..., 0])
    down_y, down_x = np.gradient(flow[..., 1])
    return np.stack([across_x, down_y, (across_y + down_x) / 2], axis=-1)


class FaceRegions:
    """The 36 regions of a cut face; those of aligned faces are surer than those of a detector's crop."""

    def __init__(self, cutter: FaceCutter):
        height, width = cutter.settings.shape[:2]
        aligned = cutter.settings.landmarks is not None
        self.map = region_map((height, width), None if aligned else cropped_landmarks((height, width)))
        self._inside = self.map >= 0
        y, x = np.mgrid[:height, :width] / max(height, width) - 0.5
        self._affine = np.stack([np.ones_like(x), x, y], axis=-1)
        self._fit = np.linalg.pinv(self._affine[self._inside])  # once, for all frames
        self._numbers = self.map[self._inside]
        self._sizes = np.maximum(np.bincount(self._numbers, minlength=len(REGIONS)), 1)
        self._scored = np.setdiff1d(np.unique(self._numbers), _EYES)

    def without_head_motion(self, flow: NDArray) -> NDArray[np.float32]:
        """Return a flow less the affine motion that fits the face best in least squares."""
        return (flow - self._affine @ (self._fit @ flow[self._inside])).astype(np.float32)

    def strain(self, before: NDArray | None, after: NDArray | None) -> float:
        """Return the strain that came with one tensor and went with the other; NaN if one is missing."""
        if before is None or after is None:
            return float("nan")
        product = -(before * after) @ _DOUBLE
        means = np.bincount(self._numbers, product[self._inside], len(REGIONS)) / self._sizes
        return float(np.sqrt(np.maximum(means[self._scored], 0)).mean())
