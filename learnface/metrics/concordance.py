"""Scores of valence and arousal: concordance (CCC), Pearson's correlation and mean squared error.

All moments are population moments in float64, over every annotated frame at once: the mean of the CCCs of
batches is not the CCC. A frame is annotated when none of its dimensions is NaN or one of `UNANNOTATED`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learnface.errors import DataError

__all__ = ["ConcordanceAccumulator", "UNANNOTATED", "affect_scores", "concordance"]

UNANNOTATED = (-5.0, -2.0)
"""What Aff-Wild2 writes for a frame without annotation."""


def concordance(y_true, y_pred, mask=None):
    """Return Lin's concordance correlation coefficient, `2 cov / (var + var + (mean - mean)^2)`.

    Args:
        y_true: annotations, shape `(frames,)` or `(frames, dimensions)`.
        y_pred: predictions of the same shape.
        mask: True for the frames that count, shape `(frames,)`; unannotated frames never do.

    Returns:
        A float, or an array of shape `(dimensions,)`, in [-1, 1]. Where one side is constant it is 0;
        where both are the same constant it is 1.

    Raises:
        DataError: shapes differ, a prediction is not finite, or no frame counts.

    References:
        Lin 1989, A concordance correlation coefficient to evaluate reproducibility.

    Example:
        >>> concordance([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
        0.571...
        >>> concordance([0.1, -5.0, 0.3], [0.1, 0.9, 0.3])  # -5: not annotated
        1.0
    """
    one_dimension = np.ndim(y_true) == 1
    scores = _accumulated(y_true, y_pred, mask).ccc()
    return float(scores[0]) if one_dimension else scores


def affect_scores(
    y_true,
    y_pred,
    dimensions: Sequence[str] = ("valence", "arousal"),
    groups: Sequence | None = None,
    mask=None,
) -> dict:
    """Score predicted valence and arousal, pooled over all frames and, if asked, for each video.

    Args:
        y_true: annotations, shape `(frames, dimensions)`.
        y_pred: predictions of the same shape.
        dimensions: the names of the columns.
        groups: video (or subject) of each frame, shape `(frames,)`, for scores per group.
        mask: True for the frames that count, shape `(frames,)`; unannotated frames never do.

    Returns:
        A dict:

        - `ccc`, `pearson`, `mse`: means over the dimensions, pooled over all frames.
        - `frames`, `ignored`: how many frames counted and how many did not.
        - `per_dimension`: DataFrame indexed by dimension and `mean`, columns `ccc`, `pearson`, `mse`.
        - `per_group`: with `groups`, DataFrame indexed by group: `frames`, then `ccc_valence`, ...,
          `ccc_mean` and so on. A group without an annotated frame has 0 frames and NaN scores.

    Raises:
        DataError: shapes differ, a prediction is not finite, or no frame counts.

    Example:
        >>> true = [[0.0, 0.5], [0.5, 0.0], [-5.0, -5.0]]
        >>> scores = affect_scores(true, [[0.0, 0.5], [0.5, 0.5], [0.0, 0.0]], groups=["a", "a", "b"])
        >>> scores["per_dimension"].round(3)
                   ccc  pearson    mse
        dimension
        valence    1.0      1.0  0.000
        arousal    0.0      0.0  0.125
        mean       0.5      0.5  0.062
        >>> scores["frames"], scores["ignored"], scores["per_group"]["frames"].to_dict()
        (2, 1, {'a': 2, 'b': 0})
    """
    pooled = _accumulated(y_true, y_pred, mask, columns=len(dimensions))
    names = [*dimensions, "mean"]
    table = pd.DataFrame(_scores(pooled), index=pd.Index(names, name="dimension"))
    result = {
        "frames": pooled.frames,
        "ignored": len(y_true) - pooled.frames,
        **{score: float(table.loc["mean", score]) for score in table},
        "per_dimension": table,
    }
    if groups is not None:
        result["per_group"] = _per_group(y_true, y_pred, names, groups, mask)
    return result


class ConcordanceAccumulator:
    """Adds up CCC, Pearson's correlation and MSE batch by batch, exactly as if all frames came at once.

    Args:
        dimensions: number of columns of the annotations.

    Attributes:
        frames: how many frames counted so far.

    Example:
        >>> scores = ConcordanceAccumulator(dimensions=2)
        >>> scores.update([[0.0, 0.5]], [[0.1, 0.5]])
        >>> scores.update([[0.5, 0.0], [-2.0, -2.0]], [[0.6, 0.0], [0.0, 0.0]])
        >>> scores.frames, scores.ccc().round(3), scores.mse().round(3)
        (2, array([0.926, 1.   ]), array([0.01, 0.  ]))
    """

    def __init__(self, dimensions: int = 2):
        self.dimensions = dimensions
        self.frames = 0
        # Everything is counted from the first frame: so a constant has exactly no variance.
        self._origin = None
        self._sum = np.zeros((2, dimensions))
        self._products = np.zeros((3, dimensions))  # true * true, predicted * predicted, true * predicted
        self._squared_error = np.zeros(dimensions)

    def update(self, y_true, y_pred, mask=None) -> None:
        """Add a batch of shape `(frames, dimensions)`; frames that are masked or unannotated do not count.

        Raises:
            DataError: shapes differ, or a prediction for a frame that counts is not finite.
        """
        true, pred = _checked(y_true, y_pred, mask, self.dimensions)
        if not len(true):
            return
        if self._origin is None:
            self._origin = true[0], pred[0]
        self.frames += len(true)
        self._squared_error += np.square(true - pred).sum(axis=0)
        true, pred = true - self._origin[0], pred - self._origin[1]
        self._sum += np.stack([true, pred]).sum(axis=1)
        self._products += np.stack([true * true, pred * pred, true * pred]).sum(axis=1)

    def ccc(self) -> np.ndarray:
        """Return the concordance of each dimension, shape `(dimensions,)`, in [-1, 1]."""
        var_true, var_pred, cov, difference = self._moments()
        scale = var_true + var_pred + np.square(difference)
        return np.divide(2 * cov, scale, out=np.ones_like(cov), where=scale > 0)

    def pearson(self) -> np.ndarray:
        """Return Pearson's correlation of each dimension, in [-1, 1]; 0 where one side is constant."""
        var_true, var_pred, cov, _ = self._moments()
        scale = np.sqrt(var_true * var_pred)
        return np.clip(np.divide(cov, scale, out=np.zeros_like(cov), where=scale > 0), -1, 1)

    def mse(self) -> np.ndarray:
        """Return the mean squared error of each dimension."""
        self._check_frames()
        return self._squared_error / self.frames

    def _moments(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the two variances, the covariance and the difference of the means."""
        self._check_frames()
        mean_true, mean_pred = self._sum / self.frames
        var_true, var_pred, cov = self._products / self.frames
        difference = (self._origin[0] + mean_true) - (self._origin[1] + mean_pred)
        return (
            np.maximum(var_true - mean_true**2, 0),
            np.maximum(var_pred - mean_pred**2, 0),
            cov - mean_true * mean_pred,
            difference,
        )

    def _check_frames(self) -> None:
        if not self.frames:
            raise DataError("no frame counts: every one is masked, NaN, or marked as unannotated (-5 or -2)")


def _accumulated(y_true, y_pred, mask, columns: int | None = None) -> ConcordanceAccumulator:
    shape = np.shape(y_true)
    own = shape[1] if len(shape) == 2 else 1
    accumulator = ConcordanceAccumulator(columns or own)
    accumulator.update(y_true, y_pred, mask)
    accumulator._check_frames()
    return accumulator


def _checked(y_true, y_pred, mask, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the frames that count, as two float64 arrays of shape `(frames, dimensions)`."""
    true, pred = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    if true.shape != pred.shape or true.ndim not in (1, 2) or true.size != len(true) * dimensions:
        raise DataError(
            f"y_true {true.shape} and y_pred {pred.shape} must both have shape (frames, {dimensions})"
            + (" or (frames,)" if dimensions == 1 else "")
        )
    true, pred = true.reshape(len(true), dimensions), pred.reshape(len(pred), dimensions)
    counts = ~(np.isnan(true) | np.isin(true, UNANNOTATED)).any(axis=1)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.shape != counts.shape or mask.dtype != bool:
            raise DataError(
                f"mask must hold one True or False a frame, shape {counts.shape}; it has {mask.shape}"
            )
        counts &= mask
    true, pred = true[counts], pred[counts]
    if not (np.isfinite(true).all() and np.isfinite(pred).all()):
        bad = (~(np.isfinite(true) & np.isfinite(pred))).any(axis=1).sum()
        raise DataError(
            f"{bad} annotated frames have no finite prediction: fill them, or leave them out by mask"
        )
    return true, pred


def _scores(accumulator: ConcordanceAccumulator) -> dict[str, np.ndarray]:
    scores = {"ccc": accumulator.ccc(), "pearson": accumulator.pearson(), "mse": accumulator.mse()}
    return {name: np.append(values, values.mean()) for name, values in scores.items()}


def _per_group(y_true, y_pred, names: list[str], groups, mask) -> pd.DataFrame:
    groups = np.asarray(groups)
    if groups.shape != (len(y_true),):
        raise DataError(f"groups has shape {groups.shape}, but there are {len(y_true)} frames: name one each")
    true, pred = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    mask = np.ones(len(true), dtype=bool) if mask is None else np.asarray(mask)
    keys, place = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(place, kind="stable"), np.bincount(place).cumsum()[:-1])
    rows = [_group_row(true[m], pred[m], mask[m], names) for m in members]
    return pd.DataFrame(rows, index=pd.Index(keys, name="group"))


def _group_row(true, pred, mask, names: list[str]) -> dict[str, float]:
    accumulator = ConcordanceAccumulator(len(names) - 1)
    accumulator.update(true, pred, mask)
    if accumulator.frames:
        scores = _scores(accumulator)
    else:
        scores = dict.fromkeys(("ccc", "pearson", "mse"), np.full(len(names), np.nan))
    columns = {
        f"{score}_{name}": v for score, row in scores.items() for name, v in zip(names, row, strict=True)
    }
    return {"frames": accumulator.frames, **columns}
