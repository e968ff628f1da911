"""The result of a cross-validation: pooled predictions, their scores, and a table of the folds."""

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.corpora.splits import fold_rows
from learnface.errors import DataError
from learnface.files import atomic_path, write_text
from learnface.metrics import classification_scores, pooled_scores
from learnface.metrics.classification import class_codes

__all__ = ["CrossValidation", "RESERVED"]

_KEPT = ("sample", "corpus", "source", "subject", "fold", "label")
RESERVED = (*_KEPT, "predicted")
"""Columns of the predictions, beside which each class has one of its own name."""


@dataclasses.dataclass(eq=False)
class CrossValidation:
    """Pooled predictions of all folds and what they are worth.

    Attributes:
        predictions: a row a sample in the order of the index: `sample`, `corpus` and `source` (if the index
            has them), `subject`, `fold`, `label`, `predicted`, and a column a class where the method gave scores.
        folds: a row a fold: `subjects`, `train` and `test` (numbers of samples), `accuracy`, `seconds`, and
            the method's notes.
        labels: class names in the order of their codes.
        name: of the run.
        run: what the run depended on: method, settings, seed, hashes of samples and inputs.
    """

    predictions: pd.DataFrame
    folds: pd.DataFrame
    labels: tuple[str, ...]
    name: str = ""
    run: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def pool(
        cls,
        index: pd.DataFrame,
        labels: tuple[str, ...],
        results: Sequence[Mapping[str, Any]],
        name: str,
        run: dict[str, Any],
    ) -> "CrossValidation":
        """Put the results of folds together."""
        predictions = index[[column for column in _KEPT if column in index]].copy()
        truth = class_codes(index["label"].astype(object).to_numpy(), labels, "the index's labels")
        predictions["label"] = np.array(labels, object)[truth]
        codes, scores = np.zeros(len(index), np.int64), np.full((len(index), len(labels)), np.nan)
        rows = []
        for (train, test), result in zip(fold_rows(index), results, strict=True):
            codes[test] = result["predicted"]
            if result["scores"] is not None:
                scores[test] = result["scores"]
            people = " ".join(dict.fromkeys(index["subject"].iloc[test]))
            right = truth[test] == codes[test]
            sizes = {"subjects": people, "train": len(train), "test": len(test), "accuracy": right.mean()}
            rows.append({**sizes, "seconds": result["seconds"], **result["notes"]})
        predictions["predicted"] = np.array(labels, object)[codes]
        if not np.isnan(scores).all():
            predictions[list(labels)] = scores
        return cls(predictions, pd.DataFrame(rows).rename_axis("fold"), labels, name, run)

    @functools.cached_property
    def scores(self) -> dict[str, dict[str, float]]:
        """Accuracy, UF1 and UAR of the pooled predictions, each with its 95 % interval over people."""
        return self._scores(self.predictions)

    @functools.cached_property
    def per_class(self) -> pd.DataFrame:
        """Support, precision, recall and F1 of each class."""
        return self._classification["per_class"]

    @functools.cached_property
    def confusion(self) -> np.ndarray:
        """`(classes, classes)` numbers of samples, rows true, columns predicted."""
        return self._classification["confusion"]

    def summary(self, by: str | None = None) -> pd.DataFrame:
        """Return the pooled scores as a table of one row, or of one row a value of a column.

        Args:
            by: a column of `predictions`, such as `"source"` for the parts of a composite.
        """
        parts = {self.name or "all": self.predictions}
        if by is not None:
            if by not in self.predictions:
                raise DataError(f"the predictions have no column {by!r}: choose of {list(self.predictions)}")
            parts |= {str(value): part for value, part in self.predictions.groupby(by)}
        rows = []
        for part in parts.values():
            scores = self._scores(part)
            row = {"samples": len(part)}
            for name, score in scores.items():
                row |= {name: score["value"], f"{name} low": score["low"], f"{name} high": score["high"]}
            rows.append(row)
        return pd.DataFrame(rows, index=pd.Index(parts, name="run"))

    @classmethod
    def load(cls, folder: str | Path) -> "CrossValidation":
        """Read a finished run back: a `run_dir` of `cross_validate`, or where `save` wrote to.

        Raises:
            DataError: there is no finished run, or a file is damaged.
        """
        folder = Path(folder)
        try:
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            labels, names = tuple(report["labels"]), [name for name in RESERVED if name != "fold"]
            predictions = pd.read_csv(
                folder / "predictions.csv",
                dtype=dict.fromkeys(names, object),
                keep_default_na=False,
                na_values={label: [""] for label in labels},  # a person may be called "NA"
            )
            folds = pd.read_csv(
                folder / "folds.csv",
                index_col="fold",
                converters={"subjects": str},  # one may be called "NA"
            )
        except FileNotFoundError as error:
            raise DataError(f"{folder} holds no finished run: {error.filename} is missing") from None
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder} holds a damaged run ({error}): call cross_validate again") from None
        return cls(predictions, folds, labels, report["name"], report["run"])

    def save(self, folder: str | Path) -> None:
        """Write `predictions.csv`, `folds.csv` and `report.json`, each whole or not at all."""
        folder = Path(folder)
        for name, table, index in (("predictions", self.predictions, False), ("folds", self.folds, True)):
            with atomic_path(folder / f"{name}.csv") as temporary:
                table.to_csv(temporary, index=index)
        report = {
            "name": self.name,
            "samples": len(self.predictions),
            "subjects": int(self.predictions["subject"].nunique()),
            "folds": len(self.folds),
            "labels": list(self.labels),
            "scores": self.scores,
            "per_class": self.per_class.to_dict(orient="index"),
            "confusion": self.confusion.tolist(),
            "seconds": round(float(self.folds["seconds"].sum()), 1),
            "run": self.run,
        }
        write_text(folder / "report.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")

    @functools.cached_property
    def _classification(self) -> dict[str, Any]:
        return classification_scores(self.predictions["label"], self.predictions["predicted"], self.labels)

    def _scores(self, part: pd.DataFrame) -> dict[str, dict[str, float]]:
        people = part["subject"].astype(str)
        if "corpus" in part:
            people = part["corpus"].astype(str) + "/" + people
        return pooled_scores(part["label"], part["predicted"], self.labels, groups=people)
