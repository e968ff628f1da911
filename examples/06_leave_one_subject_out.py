"""Compare two descriptors of micro-expressions by leaving one person out at a time.

python examples/06_leave_one_subject_out.py SMIC_DIR CACHE_DIR

Predictions of all folds are pooled and scored once; intervals draw whole people.
"""

import sys

import numpy as np
import pandas as pd
from sklearn.svm import LinearSVC

from learnface.clips import MicroSettings, prepare_micro
from learnface.corpora import smic
from learnface.metrics import pooled_difference
from learnface.micro import facial_dynamics_map, lbp_top
from learnface.training import GridSearch, cross_validate

index = smic.index(sys.argv[1])
clips = prepare_micro(index, sys.argv[2], MicroSettings(size=96, frames=20))
features = {
    "LBP-TOP": np.stack([lbp_top(frames) for frames in clips.frames]),
    "facial dynamics map": np.stack([facial_dynamics_map(frames) for frames in clips.frames]),
}
method = GridSearch(LinearSVC(), {"C": (0.01, 0.1, 1)})  # chosen anew in each fold, on other people
results = {name: cross_validate(method, index, values, name=name) for name, values in features.items()}
print(pd.concat([result.summary() for result in results.values()]).round(3).T)

first, second = (result.predictions["predicted"] for result in results.values())
labels = results["LBP-TOP"].labels
gain = pooled_difference(index["label"], second, first, labels, groups=index["subject"])["uf1"]
print(f"the facial dynamics map gains {gain['value']:+.3f} UF1 ({gain['low']:+.3f} to {gain['high']:+.3f})")
