"""Measure `learnface.faces.align.MEAN_FACE` and the fixed regions anew, on faces of FER2013.

    python tools/mean_face.py fer2013.csv

Needs `pip install 'learnface[landmarks]'`. Prints the 68 points, and how well
`learnface.faces.regions.FIXED_REGIONS` holds the regions of real faces.
"""

import sys

import cv2
import numpy as np
import pandas as pd

from learnface.faces.align import fit_similarity, transform_points
from learnface.faces.landmarkers import MeshPredictor
from learnface.faces.landmarks import GROUPS, MIRROR
from learnface.faces.regions import FIXED_REGIONS

FACES, ENLARGE, SIZE = 1500, 4, 48


def main(path: str) -> None:
    """Print the mean face of random FER2013 faces, and how well the fixed regions hold theirs."""
    pixels = pd.read_csv(path, usecols=["pixels"])["pixels"].sample(FACES, random_state=0)
    faces = [np.array(text.split(), np.uint8).reshape(SIZE, SIZE) for text in pixels]
    predict = MeshPredictor()
    found = np.stack([predict(_enlarged(face), (16, 16, 160, 160)) for face in faces])
    found = found[~np.isnan(found).any(axis=(1, 2))]
    frontal = found[np.abs(_nose_between_eyes(found) - 0.5) < 0.07]
    print(f"a face on {len(found)} of {len(faces)} pictures, {len(frontal)} of them near-frontal")
    for number, (x, y) in enumerate(_in_unit_square(_procrustes_mean(frontal))):
        print(f"({x:g}, {y:g}),", end="\n" if number % 6 == 5 else " ")
    print()
    for name, (x, y, width, height) in FIXED_REGIONS.items():
        groups = ("brows", "eyes") if name == "eyes" else (name,)
        places = (found[:, [i for group in groups for i in GROUPS[group]]] + 0.5) / (ENLARGE * SIZE)
        low, high = (
            np.percentile(places.min(axis=1), 10, axis=0),
            np.percentile(places.max(axis=1), 90, axis=0),
        )
        inside = ((places > [x, y]) & (places < [x + width, y + height])).all(axis=-1)
        print(f"{name}: 10th percentile {low.round(2)}, 90th {high.round(2)}; the fixed region holds")
        print(f"  {inside.mean():.0%} of the landmarks, and all on {inside.all(axis=1).mean():.0%} of faces")


def _enlarged(face: np.ndarray) -> np.ndarray:
    return cv2.resize(face, None, fx=ENLARGE, fy=ENLARGE, interpolation=cv2.INTER_CUBIC)


def _nose_between_eyes(faces: np.ndarray) -> np.ndarray:
    """Return where the nose tip lies along the line of the outer eye corners, 0 to 1."""
    line = faces[:, 45] - faces[:, 36]
    return ((faces[:, 30] - faces[:, 36]) * line).sum(axis=1) / np.square(line).sum(axis=1)


def _procrustes_mean(faces: np.ndarray) -> np.ndarray:
    """Return the mean shape, by turning, scaling and shifting each face onto it in turn."""
    mean = faces[0]
    for _ in range(10):
        mean = np.mean([transform_points(face, fit_similarity(face, mean)) for face in faces], axis=0)
        mean = (mean - mean.mean(axis=0)) / mean.std()
        mean = (mean + mean[list(MIRROR)] * [-1, 1]) / 2
    return mean


def _in_unit_square(shape: np.ndarray) -> np.ndarray:
    low, high = shape.min(axis=0), shape.max(axis=0)
    unit = ((shape - (low + high) / 2) / (high - low).max() + 0.5).round(3)
    return ((unit + unit[list(MIRROR)] * [-1, 1] + [1, 0]) / 2).round(4)


if __name__ == "__main__":
    main(sys.argv[1])
