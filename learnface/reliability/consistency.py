"""Cronbach's alpha: the consistency of several annotators taken together."""

import numpy as np

from learnface.errors import DataError
from learnface.reliability._annotations import complete_frames

__all__ = ["cronbach_alpha"]


def cronbach_alpha(annotations) -> float:
    """Return Cronbach's alpha, `k / (k - 1) * (1 - sum of variances / variance of the sum)`.

    The annotators are the items. It is the consistency of their mean (it equals ICC(3,k)) and grows with
    their number: give that number beside it.

    Args:
        annotations: `(annotators, frames)`; a frame counts where no annotator has NaN.

    Returns:
        Alpha, at most 1; below 0 where annotators contradict each other.

    Raises:
        DataError: the annotations are not fit, fewer than two frames are complete, or the sum of the
            annotators never changes.

    References:
        Cronbach 1951, Coefficient alpha and the internal structure of tests.

    Example:
        >>> cronbach_alpha([[0.0, 0.5, 1.0], [0.1, 0.6, 1.1]])  # a constant offset is no inconsistency
        1.0
    """
    values = complete_frames(annotations, "Cronbach's alpha")
    # Values may have rounding where nothing changes; a spread is compared exactly.
    total = values.sum(axis=0)
    if (values == values[:, :1]).all() or np.ptp(total) == 0:
        raise DataError(
            "Cronbach's alpha is not defined: the sum of the annotators is the same in all frames"
        )
    share = values.var(axis=1, ddof=1).sum() / total.var(ddof=1)
    annotators = len(values)
    return float(annotators / (annotators - 1) * (1 - share))
