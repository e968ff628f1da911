"""Hair that hangs: a curtain around the head from the crown to the chin or the shoulders.

Short hair needs none of it: it is the painted scalp, lifted a little. The base data has no hair at all.
"""

import numpy as np

__all__ = ["COLUMNS", "ROWS", "curtain", "curtain_quads"]

ROWS, COLUMNS = 14, 33
_TOP = 1.0  # decimetres above the eyes where the curtain leaves the scalp
# Degrees from straight ahead to the curtain's front edges, by height above the eyes.
_EDGE_HEIGHT = [-1.2, -0.6, -0.2, 0.2, 0.5, 0.75, 1.0]
_EDGE_ANGLE = [58, 62, 72, 74, 66, 54, 40]


def curtain_quads() -> np.ndarray:
    """Return the quads of the curtain's outer side, then those of its inner side, (quads, 4)."""
    index = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    outer = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    return np.concatenate([outer, outer[:, ::-1]]).astype(np.int32)


def curtain(skin: np.ndarray, eyes: np.ndarray, length: float, fullness: float) -> np.ndarray:
    """Return the places of the curtain's points around a head, (ROWS * COLUMNS, 3).

    Args:
        skin: (n, 3) points of the head.
        eyes: (3,) the point between the eyes.
        length: decimetres that the hair hangs below the eyes; 0 for no curtain (all points in one place).
        fullness: decimetres of hair beside the widest part of the head.
    """
    if length <= 0:
        return np.zeros((ROWS * COLUMNS, 3), np.float32)
    beside = skin[np.abs(skin[:, 1] - eyes[1]) < 0.35]
    width = np.abs(beside[:, 0]).max() + fullness
    front, back = beside[np.abs(beside[:, 0]) > 0.7 * width - fullness][:, 2].max(), beside[:, 2].min()
    centre = min((front + back) / 2, 0.40)
    depth = centre - back + fullness
    crown = skin[:, 1].max() - eyes[1] + fullness

    height = np.linspace(_TOP, -length, ROWS)[:, None]
    dome = np.sqrt(np.clip(1 - (np.clip(height - 0.15, 0, None) / (crown - 0.15)) ** 2, 0.05, 1))
    hang = 1 - 0.10 * np.clip(-0.3 - height, 0, 1)  # falls inwards, to the neck
    edge = np.interp(height[::-1, 0], _EDGE_HEIGHT, _EDGE_ANGLE)[::-1, None]
    angle = np.radians(edge + (360 - 2 * edge) * np.linspace(0, 1, COLUMNS))
    wave = 1 + 0.018 * np.sin(np.arange(COLUMNS) * 1.9) * np.clip(0.6 - height, 0, 1)
    x = np.sin(angle) * width * dome * hang * wave
    z = centre + np.cos(angle) * depth * dome * wave
    y = eyes[1] + height + 0 * angle
    return np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
