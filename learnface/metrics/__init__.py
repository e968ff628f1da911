"""How good a recogniser is: scores of whole sets on arrays, and streaming metrics for Keras.

The functions on arrays load no Keras; the Keras metrics load it when they are first asked for.
"""

from learnface.lazy import lazy_names
from learnface.metrics.calibration import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    reliability_table,
)
from learnface.metrics.classification import classification_scores, confusion_matrix
from learnface.metrics.concordance import ConcordanceAccumulator, affect_scores, concordance
from learnface.metrics.interval_f1 import interval_f1
from learnface.metrics.intervals import bootstrap_interval, mean_interval, wilson_interval
from learnface.metrics.pooled import pooled_difference, pooled_scores

__all__ = [
    "ConcordanceAccumulator",
    "ConcordanceCorrelation",
    "MacroF1",
    "MaskedMeanSquaredError",
    "PearsonCorrelation",
    "UnweightedAverageRecall",
    "affect_scores",
    "apply_temperature",
    "bootstrap_interval",
    "classification_scores",
    "concordance",
    "confusion_matrix",
    "expected_calibration_error",
    "fit_temperature",
    "interval_f1",
    "mean_interval",
    "pooled_difference",
    "pooled_scores",
    "reliability_table",
    "wilson_interval",
]

# These load Keras.
__getattr__ = lazy_names(
    __name__,
    {
        "ConcordanceCorrelation": "concordance_correlation",
        "MacroF1": "macro_f1",
        "MaskedMeanSquaredError": "masked_mean_squared_error",
        "PearsonCorrelation": "pearson_correlation",
        "UnweightedAverageRecall": "average_recall",
    },
)
