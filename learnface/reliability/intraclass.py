"""Intraclass correlation: the six forms of Shrout and Fleiss, with F tests and confidence intervals."""

import numpy as np
import pandas as pd
from scipy import stats

from learnface.errors import DataError
from learnface.reliability._annotations import complete_frames

__all__ = ["intraclass_correlation"]


def intraclass_correlation(annotations, confidence: float = 0.95) -> pd.DataFrame:
    """Return the six intraclass correlations of Shrout and Fleiss 1979.

    | form | annotators | what counts |
    |---|---|---|
    | ICC(1,1), ICC(1,k) | others for each frame | agreement |
    | ICC(2,1), ICC(2,k) | drawn from many, all annotate each frame | agreement |
    | ICC(3,1), ICC(3,k) | these alone, all annotate each frame | consistency: offsets do not count |

    The second figure is 1 for one annotator's values and k for the mean of all. The usual choice for
    continuous annotations is ICC(2,1), or ICC(3,1) where offsets are taken out afterwards. Tests and
    intervals take frames as independent; neighbouring frames are not, so that intervals over the frames of
    a video are too narrow.

    Args:
        annotations: `(annotators, frames)`; a frame counts where no annotator has NaN.
        confidence: coverage of the intervals, between 0 and 1.

    Returns:
        DataFrame indexed by form, columns `icc`, `f`, `df1` (frames that count, less one), `df2`, `p` (that
        the correlation is 0), `low` and `high`. The correlations of means are NaN where annotators contradict
        each other so far (`1 + (k - 1) * icc` is 0 or less) that their mean has none; so is an interval that
        is not defined.

    Raises:
        DataError: the annotations are not fit, fewer than two frames are complete, or no value differs.

    References:
        Shrout and Fleiss 1979, Intraclass correlations: uses in assessing rater reliability. McGraw and Wong
        1996, Forming inferences about some intraclass correlation coefficients.

    Example:
        >>> judges = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
        >>> intraclass_correlation(judges)[["icc", "low", "high"]].round(2)  # their table 4
                   icc   low  high
        form
        ICC(1,1)  0.17 -0.13  0.72
        ICC(2,1)  0.29  0.02  0.76
        ICC(3,1)  0.71  0.34  0.95
        ICC(1,k)  0.44 -0.88  0.91
        ICC(2,k)  0.62  0.07  0.93
        ICC(3,k)  0.91  0.68  0.99
    """
    if not 0 < confidence < 1:
        raise DataError(f"confidence must lie between 0 and 1, not {confidence}")
    values = complete_frames(annotations, "an intraclass correlation")
    if np.ptp(values) == 0:
        raise DataError("intraclass correlations are not defined: all values are the same")
    squares = _MeanSquares(values)
    tail = (1 - confidence) / 2
    single = {
        "ICC(1,1)": (squares.agreement_of_frames(), *squares.one_way(tail)),
        "ICC(2,1)": (squares.agreement(), *squares.two_way_agreement(tail)),
        "ICC(3,1)": (squares.consistency(), *squares.two_way(tail)),
    }
    mean = {
        form.replace(",1", ",k"): (
            _of_mean(icc, squares.annotators),
            *rest,
            *_of_mean(bounds, squares.annotators),
        )
        for form, (icc, *rest, low, high) in single.items()
        for bounds in [np.array([low, high])]
    }
    columns = ["icc", "f", "df1", "df2", "p", "low", "high"]
    table = pd.DataFrame.from_dict({**single, **mean}, orient="index", columns=columns)
    return table.rename_axis("form").astype({"df1": int, "df2": int})


class _MeanSquares:
    """The analysis of variance of `(annotators, frames)`, and the single-annotator forms that it gives."""

    def __init__(self, values: np.ndarray):
        self.annotators, self.frames = values.shape
        mean = values.mean()
        frames, annotators = values.mean(axis=0), values.mean(axis=1)
        rest = values - frames - annotators[:, None] + mean
        k, n = self.annotators, self.frames
        self.between_frames = k * np.square(frames - mean).sum() / (n - 1)
        self.within_frames = np.square(values - frames).sum() / (n * (k - 1))
        self.between_annotators = n * np.square(annotators - mean).sum() / (k - 1)
        self.error = np.square(rest).sum() / ((n - 1) * (k - 1))

    def agreement_of_frames(self) -> float:
        b, w = self.between_frames, self.within_frames
        return (b - w) / (b + (self.annotators - 1) * w)

    def agreement(self) -> float:
        k, b, e = self.annotators, self.between_frames, self.error
        return (b - e) / (b + (k - 1) * e + k * (self.between_annotators - e) / self.frames)

    def consistency(self) -> float:
        b, e = self.between_frames, self.error
        return (b - e) / (b + (self.annotators - 1) * e)

    def one_way(self, tail: float) -> tuple:
        return self._interval(self.within_frames, self.frames * (self.annotators - 1), tail)

    def two_way(self, tail: float) -> tuple:
        return self._interval(self.error, (self.frames - 1) * (self.annotators - 1), tail)

    def two_way_agreement(self, tail: float) -> tuple:
        """Return F, its degrees of freedom, p, and Satterthwaite's interval (Shrout and Fleiss, p. 424)."""
        f, df1, df2, p, *_ = self.two_way(tail)
        k, n, icc = self.annotators, self.frames, self.agreement()
        if self.error == 0 and self.between_annotators == 0:
            return f, df1, df2, p, 1.0, 1.0
        ratio = k * icc * self.between_annotators
        rest = n * (1 + (k - 1) * icc) - k * icc
        scale = (n - 1) * ratio**2 + (rest * self.error) ** 2
        if scale == 0:  # annotators who contradict each other wholly
            return f, df1, df2, p, np.nan, np.nan
        degrees = (k - 1) * (n - 1) * (ratio + rest * self.error) ** 2 / scale
        spread = k * self.between_annotators + (k * n - k - n) * self.error
        upper = stats.f.ppf(1 - tail, df1, degrees)
        low = n * (self.between_frames - upper * self.error) / (upper * spread + n * self.between_frames)
        upper = stats.f.ppf(1 - tail, degrees, df1)
        high = n * (upper * self.between_frames - self.error) / (spread + n * upper * self.between_frames)
        return f, df1, df2, p, low, high

    def _interval(self, error: float, df2: int, tail: float) -> tuple:
        """Return F, its degrees of freedom, p and the exact interval."""
        df1, k = self.frames - 1, self.annotators
        if error == 0:
            return np.inf, df1, df2, 0.0, 1.0, 1.0
        f = self.between_frames / error
        low = f / stats.f.ppf(1 - tail, df1, df2)
        high = f * stats.f.ppf(1 - tail, df2, df1)
        bounds = [(bound - 1) / (bound + k - 1) for bound in (low, high)]
        return f, df1, df2, stats.f.sf(f, df1, df2), *bounds


def _of_mean(icc, annotators: int):
    """Return the correlation of a mean of `annotators`, by Spearman and Brown; NaN where it has none.

    An `icc` of -1 / (annotators - 1) or less, as of annotators who contradict each other, has no such mean.
    """
    scale = np.asarray(1 + (annotators - 1) * icc)
    return np.divide(annotators * icc, scale, out=np.full(scale.shape, np.nan), where=scale > 1e-12)[()]
