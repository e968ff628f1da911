"""Training and evaluation: thin over Keras, resumable, and written down in a `RunReport`.

Cross-validation loads no Keras, so that worker processes that need none start fast.
"""

from learnface.lazy import lazy_names
from learnface.training.cross_validate import CrossValidation, cross_validate
from learnface.training.inner_validation import GridSearch, inner_folds, inner_split
from learnface.training.null_check import null_check, shuffle_labels
from learnface.training.report import RunReport
from learnface.training.samples import Method, Samples

__all__ = [
    "CrossValidation",
    "GridSearch",
    "LabelledFaces",
    "Method",
    "RunReport",
    "Samples",
    "cross_validate",
    "evaluate",
    "fit",
    "inner_folds",
    "inner_split",
    "null_check",
    "precision",
    "predict_probabilities",
    "score_probabilities",
    "shuffle_labels",
    "split_prepared",
]

# These load Keras. Their modules have other names than theirs, because a module that is imported takes the
# place of a lazy name that is spelled alike.
__getattr__ = lazy_names(
    __name__,
    {
        "LabelledFaces": "labelled_faces",
        "evaluate": "_evaluate",
        "fit": "_fit",
        "precision": "_precision",
        "predict_probabilities": "_evaluate",
        "score_probabilities": "_evaluate",
        "split_prepared": "labelled_faces",
    },
)
