"""Training and evaluation: thin over Keras, resumable, and written down in a `RunReport`."""

from learnface.training.evaluate import evaluate, predict_probabilities
from learnface.training.fit import fit
from learnface.training.precision import precision
from learnface.training.report import RunReport
from learnface.training.samples import Samples, split_prepared

__all__ = [
    "RunReport",
    "Samples",
    "evaluate",
    "fit",
    "precision",
    "predict_probabilities",
    "split_prepared",
]
