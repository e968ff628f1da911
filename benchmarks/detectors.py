"""Recall, false faces and time of the face detectors, on plain and on degraded pictures.

    python benchmarks/detectors.py [--data FER2013_DIR] [--pictures 40] [--detectors viola_jones mtcnn]

Without --data the faces are synthetic learners; with it they are real faces of FER2013, enlarged and laid into
larger pictures. A face counts as found where a box overlaps its own by at least 0.3 (intersection over union).
One row a detector, in Markdown; milliseconds are processor time of all cores.
"""

import argparse
import time
from collections.abc import Callable

import cv2
import numpy as np
import pandas as pd

from learnface.faces import build_detector
from learnface.faces.detect import DETECTORS
from learnface.faces.face import overlap
from learnface.faces.occlusion import occlude
from learnface.reports import markdown_table

WIDTH, HEIGHT = 640, 480
FOUND = 0.3


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of FER2013; synthetic learners without it")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--detectors", nargs="+", default=[name for name in DETECTORS if name != "yunet"])
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    load = real_faces if arguments.data else synthetic_faces
    faces = load(arguments, random)
    rows = {name: measure(name, faces) for name in arguments.detectors}
    kind = "FER2013 faces" if arguments.data else "synthetic learners"
    print(f"Recall in percent, {len(faces)} pictures of {WIDTH}x{HEIGHT}, {kind}\n")
    print(markdown_table(pd.DataFrame(rows).T))


def measure(name: str, faces: list[np.ndarray]) -> dict[str, float]:
    """Return the recall of a detector for each kind of damage, its false faces and its time a picture."""
    detector = build_detector(name)
    detector.detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))  # loading is not detecting
    row, false, spent, seen = {}, 0, 0.0, 0
    for damage, change in DAMAGES.items():
        random, found = np.random.default_rng(1), 0
        for face in faces:
            picture, box = change(face, random)
            start = time.process_time()
            boxes = [other.box for other in detector.detect(picture)]
            spent, seen = spent + time.process_time() - start, seen + 1
            hits = [overlap(box, other) >= FOUND for other in boxes]
            found, false = found + any(hits), false + len(hits) - sum(hits)
        row[damage] = 100 * found / len(faces)
    return row | {"false faces a picture": false / seen, "ms": 1000 * spent / seen}


def real_faces(arguments: argparse.Namespace, random: np.random.Generator) -> list[np.ndarray]:
    """Return FER2013 test faces as RGB squares of 48 pixels."""
    from learnface.corpora import fer2013, load_images

    index = fer2013.index(arguments.data)
    rows = np.flatnonzero(index["split"] == "test")
    chosen = index.iloc[np.sort(random.choice(rows, arguments.pictures, replace=False))]
    return [np.repeat(face, 3, axis=-1) for face in load_images(chosen)]


def synthetic_faces(arguments: argparse.Namespace, random: np.random.Generator) -> list[np.ndarray]:
    """Return synthetic learners with an expression, cut as FER2013 cuts faces."""
    from learnface.faces import crop_face
    from learnface.synthetic import EMOTIONS, Learner, synthesise_clip

    faces = []
    for number in range(arguments.pictures):
        emotion = list(EMOTIONS)[number % len(EMOTIONS)]
        clip = synthesise_clip(Learner(1000 + number), emotion, frames=4, size=192, seed=number)
        place = clip.apex
        low, high = clip.landmarks[place].min(axis=0), clip.landmarks[place].max(axis=0)
        box = (*low, *(high - low))
        faces.append(crop_face(clip.frames[place], box, size=144, margin=0.1, channels=3))
    return faces


def lay(face: np.ndarray, random: np.random.Generator, side: int, degrees: float = 0.0) -> tuple:
    """Lay a face, turned and `side` pixels large, into a smooth random picture; return it and its box."""
    small = random.integers(40, 216, (6, 8, 3)).astype(np.uint8)
    picture = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    # Room for the corners that turning would cut off, filled by what stands at the face's border.
    reach = int(side * 0.75)
    x, y = random.integers(reach, WIDTH - reach), random.integers(reach, HEIGHT - reach)
    scale = side / face.shape[0]
    middle = (face.shape[1] - 1) / 2, (face.shape[0] - 1) / 2
    turn = cv2.getRotationMatrix2D(middle, degrees, scale)
    turn[:, 2] += (x - middle[0], y - middle[1])
    size = (WIDTH, HEIGHT)
    mask = cv2.warpAffine(np.ones(face.shape[:2], np.uint8), turn, size, flags=cv2.INTER_NEAREST)
    picture[mask > 0] = cv2.warpAffine(face, turn, size, flags=cv2.INTER_CUBIC)[mask > 0]
    return picture, (x - side / 2, y - side / 2, side, side)


def _after(change: Callable[[np.ndarray], np.ndarray]) -> Callable:
    def damaged(face: np.ndarray, random: np.random.Generator) -> tuple:
        picture, box = lay(face, random, 144)
        return change(picture), box

    return damaged


def _covered(face: np.ndarray, random: np.random.Generator) -> tuple:
    hidden, _ = occlude(face, area="lower", kind="mask", seed=random)
    return lay(hidden, random, 144)


DAMAGES = {
    "plain": lambda face, random: lay(face, random, 144),
    "small (56 px)": lambda face, random: lay(face, random, 56),
    "turned 15°": lambda face, random: lay(face, random, 144, 15 * random.choice([-1, 1])),
    "turned 30°": lambda face, random: lay(face, random, 144, 30 * random.choice([-1, 1])),
    "blurred": _after(lambda picture: cv2.GaussianBlur(picture, (0, 0), 4)),
    "dark (1/6)": _after(lambda picture: (picture // 6).astype(np.uint8)),
    "lower half covered": _covered,
}

if __name__ == "__main__":
    main()
