"""How far annotators agree, how late each is, and the gold standard that they make together.

Annotations are arrays of shape `(annotators, frames)`, one trace a row, NaN where an annotator gave no value:

    >>> from learnface.reliability import cronbach_alpha
    >>> round(cronbach_alpha([[0.1, 0.3, 0.5], [0.0, 0.4, 0.5], [0.2, 0.2, 0.6]]), 2)
    0.92

`sequence_reliability` makes the table of a whole corpus; `estimate_lags`, `align` and
`evaluator_weighted_estimator` make one trace of many.
"""

from learnface.reliability.agreement import pairwise_agreement
from learnface.reliability.consistency import cronbach_alpha
from learnface.reliability.gold_standard import evaluator_weighted_estimator
from learnface.reliability.intraclass import intraclass_correlation
from learnface.reliability.lag import align, annotation_lag, estimate_lags
from learnface.reliability.sequences import UndefinedReliabilityWarning, sequence_reliability

__all__ = [
    "UndefinedReliabilityWarning",
    "align",
    "annotation_lag",
    "cronbach_alpha",
    "estimate_lags",
    "evaluator_weighted_estimator",
    "intraclass_correlation",
    "pairwise_agreement",
    "sequence_reliability",
]
