"""How far the annotators of a folder agree, by `learnface.reliability`."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learnface.annotation.changes import DIMENSIONS
from learnface.annotation.export import check_rate, resample
from learnface.annotation.store import AnnotationStore
from learnface.errors import DataError
from learnface.reliability import (
    UndefinedReliabilityWarning,
    estimate_lags,
    pairwise_agreement,
    sequence_reliability,
)

__all__ = ["Agreement", "annotator_agreement"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """The agreement of annotators in one dimension.

    Attributes:
        dimension: `"valence"` or `"arousal"`.
        clips: the table of `sequence_reliability`, a row a clip that two or more rated.
        pearson: annotators by annotators, over all frames that two both rated.
        ccc: likewise.
        lags: seconds by which each annotator is later than the mean of all, averaged over clips; NaN where it
            cannot be told.
        notes: clips or numbers that could not be computed, and why.
    """

    dimension: str
    clips: pd.DataFrame
    pearson: pd.DataFrame
    ccc: pd.DataFrame
    lags: pd.Series
    notes: list[str]


def annotator_agreement(
    store: AnnotationStore, rate: float = 5.0, max_lag: float = 5.0
) -> dict[str, Agreement]:
    """Return how far annotators agree on each dimension that two or more rated.

    Args:
        store: the annotations.
        rate: traces are compared at so many values a second.
        max_lag: the greatest lag between two annotators to look for, in seconds; of a short clip, at most a
            quarter of its frames.

    Raises:
        DataError: no clip is rated by two annotators, or the rate is not from 0.1 to 100.
    """
    check_rate(rate)
    found = {}
    for dimension in DIMENSIONS:
        clips = _traces(store, dimension, rate)
        if clips:
            found[dimension] = _agreement(store.annotators(), dimension, clips, rate, max_lag)
    if not found:
        raise DataError(f"{store.path} holds no clip that two annotators rated; agreement needs two")
    return found


def _traces(store: AnnotationStore, dimension: str, rate: float) -> dict[str, pd.DataFrame]:
    """Return the traces `(annotators, frames)` of each clip that two or more rated."""
    paths = {number: path for path, number in store.clip_ids([]).items()}
    clips: dict[int, dict[str, pd.Series]] = {}
    for name, clip in store.progress():
        trace = resample(store.trace(name, clip, dimension), rate)
        if len(trace):
            clips.setdefault(clip, {})[name] = trace
    return {
        paths[clip]: pd.DataFrame(traces).sort_index().T
        for clip, traces in sorted(clips.items())
        if len(traces) > 1
    }


def _agreement(
    names: list[str], dimension: str, clips: dict[str, pd.DataFrame], rate: float, max_lag: float
) -> Agreement:
    rows, lags, notes = [], [], []
    for path, traces in clips.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UndefinedReliabilityWarning)
                row = sequence_reliability({path: traces.to_numpy()})
            if row.isna().any(axis=None):
                notes.append(f"{path}: no reliability, as nothing changes")
            else:
                rows.append(row)
        except DataError as error:
            notes.append(str(error).splitlines()[-1])
        try:
            limit = min(max_lag, traces.shape[1] // 4 / rate)
            lags.append(pd.Series(estimate_lags(_whole(traces), rate, limit), traces.index))
        except DataError as error:
            notes.append(f"{path}: no lags ({error})")
    pooled = pd.concat(list(clips.values()), axis=1, keys=list(clips))
    pooled = pooled.reindex([name for name in names if name in pooled.index])
    tables = {
        score: pairwise_agreement(pooled.to_numpy(), score, names=list(pooled.index))
        for score in ("pearson", "ccc")
    }
    mean = pd.concat(lags, axis=1).mean(axis=1) if lags else pd.Series(dtype=float)
    return Agreement(
        dimension,
        pd.concat(rows) if rows else pd.DataFrame(),
        tables["pearson"],
        tables["ccc"],
        mean.reindex(pooled.index),
        notes,
    )


def _whole(traces: pd.DataFrame) -> np.ndarray:
    """Return the traces with a column for every frame from the first to the last, NaN where there is none."""
    frames = range(traces.columns.min(), traces.columns.max() + 1)
    return traces.reindex(columns=frames).to_numpy()
