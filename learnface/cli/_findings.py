"""What `learnface check` found, as plain data: counts, lengths, sizes, and everything that is wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from learnface.corpora._examining import Examined
from learnface.corpora.duplicates import duplicate_counts
from learnface.corpora.splits import leaking_subjects

__all__ = ["SMALL", "findings"]

SMALL = 32  # pixels of the shorter side, below which a face has no detail left


def findings(
    index: pd.DataFrame,
    labels: Sequence[str],
    rows: np.ndarray,
    examined: Sequence[Examined],
    pairs: pd.DataFrame,
    remarks: Iterable[str] = (),
) -> dict[str, Any]:
    """Sum up an index, its files and its duplicates; all of it can be written as JSON.

    Args:
        index: the index table.
        labels: label set in order.
        rows: row positions of the examined samples.
        examined: what they are.
        pairs: the table of duplicates.
        remarks: what the loader warned of.
    """
    files = [sample for sample in examined if not sample.problem]
    numbers = [name for name in ("valence", "arousal") if name in index]
    return {
        "samples": len(index),
        "subjects": int(index["subject"].nunique()),
        "kinds": dict(Counter(sample.kind for sample in examined)),
        "labels": _labels(index, labels),
        **{name: _spread(index[name]) for name in numbers},
        "splits": _splits(index),
        "seconds": _spread(sample.seconds for sample in files),
        "frames": _spread(sample.frames for sample in files if sample.kind != "image"),
        "sizes": _most_common(f"{sample.width} x {sample.height}" for sample in files),
        "fps": _most_common(f"{round(sample.fps, 1):g}" for sample in files if sample.fps > 0),
        "unreadable": len(examined) - len(files),
        "duplicates": duplicate_counts(pairs),
        "problems": [
            *({"kind": "loader", "sample": None, "message": str(remark)} for remark in remarks),
            *_file_problems(index, rows, examined),
            *_without_subject(index),
            *_leaks(index),
            *_pair_problems(pairs),
        ],
    }


def _labels(index: pd.DataFrame, labels: Sequence[str]) -> list[dict[str, Any]]:
    counted = []
    for label in (*labels, None):
        rows = index[index["label"].isna() if label is None else index["label"] == label]
        splits = {name: int((rows["split"] == name).sum()) for name in _names_of_splits(index)}
        count = {"samples": len(rows), "subjects": int(rows["subject"].nunique()), **splits}
        if label is not None or (len(rows) and labels):
            counted.append({"label": label, **count})
    return counted


def _splits(index: pd.DataFrame) -> dict[str, dict[str, int]]:
    splits = {name: index[index["split"] == name] for name in _names_of_splits(index)}
    return {
        name: {"samples": len(rows), "subjects": int(rows["subject"].nunique())}
        for name, rows in splits.items()
    }


def _names_of_splits(index: pd.DataFrame) -> list[str]:
    return [name for name in ("train", "validation", "test") if (index["split"] == name).any()]


def _spread(values: Iterable[float]) -> dict[str, float] | None:
    """Return least, median and largest of the values that are numbers; None without any."""
    known = np.array([value for value in values if np.isfinite(value)], float)
    if not known.size:
        return None
    return {"min": float(known.min()), "median": float(np.median(known)), "max": float(known.max())}


def _most_common(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _file_problems(
    index: pd.DataFrame, rows: np.ndarray, examined: Sequence[Examined]
) -> list[dict[str, Any]]:
    problems = []
    for row, sample in zip(rows, examined, strict=True):
        name, path = index["sample"].iloc[row], index["frames"].iloc[row]
        size = f"{sample.width} x {sample.height} pixels"
        found = {
            "unreadable": sample.problem,
            "one frame": None
            if sample.kind == "image" or sample.frames != 1
            else f"{path} has one frame only",
            "small": f"{path} has {size}" if 0 < min(sample.width, sample.height) < SMALL else None,
        }
        found |= sample.remarks
        problems += [{"kind": kind, "sample": name, "message": text} for kind, text in found.items() if text]
    return problems


def _without_subject(index: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the samples of unknown people among others, who cannot be split by people."""
    unknown = index["subject"].isna()
    if unknown.all() or index["split"].notna().all():
        return []
    rows = index[unknown]
    return [
        {"kind": "no subject", "sample": name, "message": f"{path} has no subject"}
        for name, path in zip(rows["sample"], rows["frames"], strict=True)
    ]


def _leaks(index: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"kind": "leak", "sample": None, "message": f"subject {who} is in {' and '.join(where)}"}
        for who, where in leaking_subjects(index, "split").items()
    ]


def _pair_problems(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    """Return exact copies, and near ones that spoil something."""
    problems = []
    for pair in pairs.to_dict("records"):
        spoils = [f"in {pair['split_1']} and {pair['split_2']}"] if pair["across"] else []
        spoils += [f"labelled {pair['label_1']} and {pair['label_2']}"] if pair["conflicting"] else []
        if pair["exact"] or spoils:
            kind = "copy" if pair["exact"] else "near copy"
            text = ", ".join([f"{pair['sample_1']} and {pair['sample_2']} show the same", *spoils])
            problems.append({"kind": kind, "sample": pair["sample_1"], "message": text})
    return problems
