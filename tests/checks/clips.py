"""A small corpus of one's own clips, that only time tells apart."""

from pathlib import Path

import numpy as np

from checks.faces import write_picture

__all__ = ["write_motion_clips"]


def write_motion_clips(root: Path, people: int = 5, each: int = 2, frames: int = 4, side: int = 24) -> Path:
    """Write class folders `rising` and `falling` of clips that grow brighter or darker, frame by frame."""
    random = np.random.default_rng(0)
    for person in range(people):
        for label in ("rising", "falling"):
            for number in range(each):
                levels = np.sort(random.integers(20, 236, frames))
                for place, level in enumerate(levels if label == "rising" else levels[::-1]):
                    face = np.full((side, side), level, np.uint8)
                    write_picture(root / label / f"p{person}" / f"c{number}" / f"{place}.png", face)
    return root
