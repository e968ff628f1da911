"""Small clips of numbered frames, as corpora of micro-expressions have them."""

from pathlib import Path

import cv2
import pandas as pd

from checks.films import patterns

__all__ = ["write_clips"]


def write_clips(folder: Path, count=3, frames=8, size=(40, 40)) -> pd.DataFrame:
    """Folders of unpadded frame numbers with a part that is the clip, as CASME II has them."""
    rows = []
    for clip in range(count):
        place = folder / f"clip{clip}"
        place.mkdir(parents=True)
        for number, image in enumerate(patterns(frames, seed=clip, size=size), start=7):
            cv2.imwrite(str(place / f"img{number}.png"), image)
        row = {"sample": f"c{clip}", "subject": "p", "frames": str(place), "start": 2, "stop": frames}
        rows.append({**row, "apex_place": 3 if clip else None})
    index = pd.DataFrame(rows)
    return index.astype({"start": "Int64", "stop": "Int64", "apex_place": "Int64"})
