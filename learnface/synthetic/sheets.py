"""A sheet of pictures: learners down, emotions across."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from learnface.files import atomic_path
from learnface.synthetic.camera import Pose, Scene
from learnface.synthetic.expressions import EMOTIONS, Expression, expression_for
from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import draw
from learnface.synthetic.scenes import add_glasses

__all__ = ["sheet", "write_sheet"]

_CAPTION = 18  # rows above the pictures


def sheet(
    learners: Sequence[Learner],
    emotions: Sequence[str] = tuple(EMOTIONS),
    *,
    size: int = 128,
    supersample: int = 2,
) -> np.ndarray:
    """Return a picture of every learner with every emotion at full strength, RGB uint8.

    Args:
        learners: one row each.
        emotions: one column each.
        size: rows and columns of one face.
        supersample: as in `draw`.
    """
    recipes = [expression_for(emotion) for emotion in emotions]
    faces = [[_face(learner, recipe, size, supersample) for recipe in recipes] for learner in learners]
    rows = [np.hstack(row) for row in faces]
    caption = np.full((_CAPTION, size * len(recipes), 3), 255, np.uint8)
    for column, emotion in enumerate(emotions):
        place = (column * size + 4, _CAPTION - 5)
        cv2.putText(caption, emotion, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([caption, *rows])


def write_sheet(path: str | Path, learners: Sequence[Learner], **options) -> None:
    """Write a `sheet` as a PNG file."""
    _, data = cv2.imencode(".png", sheet(learners, **options)[..., ::-1])
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.tobytes())


def _face(learner: Learner, recipe: Expression, size: int, supersample: int) -> np.ndarray:
    pose, scene = Pose(*recipe.pose), Scene()
    image = draw(learner, recipe.weights, pose=pose, scene=scene, size=size, supersample=supersample).image
    return add_glasses(image, learner, pose, scene) if learner.glasses else image
