"""FDM: the facial dynamics map, one principal direction of motion for each part of the face and of the clip.

Xu F., Zhang J. and Wang J. Z. (2017), Microexpression identification and categorization using a facial dynamics
map, IEEE Trans. Affective Computing 8(2). The flow between frames is aligned pixel by pixel, parted into
spatiotemporal cuboids, and each cuboid gives the direction along which most of it moves.

Two points are ours: flow pictures are aligned by the shift that most of their pixels share, and a cuboid's
direction has the length of its mean motion along it, so that a cuboid at rest is near zero whatever way its
noise points.
"""

import numpy as np
from numpy.typing import NDArray

from learnface.clips.motion import flow_clip
from learnface.errors import DataError
from learnface.micro._clip import checked_flow

__all__ = ["align_flow", "dynamics_map", "facial_dynamics_map", "principal_direction"]

_STARTS = 2 * np.pi * np.arange(8) / 8  # directions that the search begins with
_ROUNDS = 50


def facial_dynamics_map(
    clip: NDArray, cuboids: tuple[int, int, int] = (3, 8, 8), method: str = "dis"
) -> NDArray[np.float32]:
    """Return the facial dynamics map of a clip.

    Args:
        clip: an aligned face, (frames, height, width[, channels]), `uint8` or floats in [0, 1].
        cuboids: parts in time, rows and columns.
        method: of the flow, as `learnface.clips.dense_flow`.

    Returns:
        (parts * rows * columns * 2,): dx and dy of each cuboid, in pixels per frame.

    Raises:
        DataError: the clip is too small for the cuboids, or an argument is unknown.
    """
    return dynamics_map(flow_clip(clip, method), cuboids)


def dynamics_map(flow: NDArray, cuboids: tuple[int, int, int] = (3, 8, 8)) -> NDArray[np.float32]:
    """Return the facial dynamics map of flow pictures, as `facial_dynamics_map` does of their clip.

    Args:
        flow: (pictures, height, width, 2 or more), of which the first two are dx and dy, as
            `learnface.clips.flow_clip` gives it.
        cuboids: parts in time, rows and columns.

    Returns:
        As `facial_dynamics_map`.

    Example:
        >>> flow = np.zeros((4, 16, 16, 2))
        >>> flow[:2, :8, :8] = (0.5, 0)
        >>> dynamics_map(flow, cuboids=(2, 2, 2)).reshape(2, 2, 2, 2)[0, 0].round(2).tolist()
        [[0.5, 0.0], [0.0, 0.0]]
    """
    flow = np.stack([align_flow(picture) for picture in checked_flow(flow)])
    if min(cuboids) < 1 or (np.array(flow.shape[:3]) < cuboids).any():
        raise DataError(
            f"flow of {flow.shape[:3]} (pictures, height, width) is too small for {cuboids} cuboids"
        )
    directions = [
        principal_direction(cuboid.reshape(-1, 2))
        for part in np.array_split(flow, cuboids[0], axis=0)
        for row in np.array_split(part, cuboids[1], axis=1)
        for cuboid in np.array_split(row, cuboids[2], axis=2)
    ]
    return np.concatenate(directions).astype(np.float32)


def align_flow(flow: NDArray, tolerance: float = 0.05) -> NDArray[np.float64]:
    """Return flow less the shift that most of its pixels share, so that as many as can be stand still.

    The shift is where vectors are densest: the fullest cell of a histogram of dx and dy, then the mean of
    those within the tolerance, moved until it rests.

    Args:
        flow: (height, width, 2), dx and dy in pixels.
        tolerance: how far from the shift a pixel may be and yet share it, in pixels.

    Example:
        >>> flow = np.full((8, 8, 2), (3.0, -1.0))
        >>> flow[6:, 3:5] += 1
        >>> aligned = align_flow(flow)
        >>> aligned[0, 0].round(3).tolist(), aligned[7, 3].round(3).tolist()
        ([0.0, 0.0], [1.0, 1.0])
    """
    vectors = np.asarray(flow, dtype=np.float64).reshape(-1, 2)
    cells, counts = np.unique(np.round(vectors / tolerance), axis=0, return_counts=True)
    shift = cells[counts.argmax()] * tolerance
    for _ in range(_ROUNDS):
        sharing = np.linalg.norm(vectors - shift, axis=1) <= tolerance
        moved = vectors[sharing].mean(axis=0) if sharing.any() else shift
        if np.allclose(moved, shift, atol=1e-9):
            break
        shift = moved
    return flow - shift


def principal_direction(vectors: NDArray) -> NDArray[np.float64]:
    """Return the direction along which vectors move most, with their mean motion along it as its length.

    The unit vector e that makes the sum of v.e over all v with v.e > 0 largest is the mean of just these v,
    normalised; so it is sought by taking that mean again and again, from eight starts.

    Args:
        vectors: (vectors, 2).

    Returns:
        (2,): e, times the sum of v.e over those v, over the number of all vectors.

    Example:
        >>> principal_direction(np.array([[2.0, 0], [2, 0], [-1, 0], [0, 1]])).tolist()
        [1.0, 0.25]
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    directions = np.stack([np.cos(_STARTS), np.sin(_STARTS)], axis=1)
    for _ in range(_ROUNDS):
        sums = (vectors @ directions.T > 0).T.astype(np.float64) @ vectors
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        moved = np.divide(sums, lengths, out=directions.copy(), where=lengths > 0)
        if np.allclose(moved, directions, atol=1e-12):
            break
        directions = moved
    gains = np.maximum(vectors @ directions.T, 0).mean(axis=0)
    best = gains.argmax()
    return gains[best] * directions[best]
