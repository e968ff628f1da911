"""Checking annotations: what every statistic asks of its input."""

import numpy as np

from learnface.errors import DataError

__all__ = ["checked_annotations", "complete_frames"]


def checked_annotations(annotations) -> np.ndarray:
    """Return annotations as float64 of shape `(annotators, frames)`.

    Raises:
        DataError: the shape is another, there are fewer than two annotators, a value is infinite, or an
            annotator gave no value.
    """
    try:
        values = np.asarray(annotations, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            "annotations must be numbers of shape (annotators, frames), every annotator with as many frames; "
            "put NaN where one gave no value"
        ) from error
    if values.ndim != 2 or len(values) < 2:
        raise DataError(
            f"annotations have shape {values.shape}, not (annotators, frames) with 2 annotators or more"
        )
    if np.isinf(values).any():
        row, frame = np.argwhere(np.isinf(values))[0]
        raise DataError(
            f"annotator {row} has an infinite value at frame {frame}: put NaN where there is none"
        )
    empty = np.flatnonzero(np.isnan(values).all(axis=1))
    if len(empty):
        raise DataError(f"annotator {empty[0]} gave no value (annotators count from 0): leave that row out")
    return values


def complete_frames(annotations, statistic: str) -> np.ndarray:
    """Return the frames that every annotator annotated, `(annotators, complete frames)`.

    Raises:
        DataError: the annotations are not fit, or fewer than two frames are complete.
    """
    values = checked_annotations(annotations)
    complete = values[:, ~np.isnan(values).any(axis=0)]
    if complete.shape[1] < 2:
        raise DataError(
            f"{statistic} needs 2 frames or more that all {len(values)} annotators annotated, "
            f"and there are {complete.shape[1]}"
        )
    return complete
