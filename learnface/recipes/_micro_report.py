"""The report of qian2021: what is done so far, this call's runs and those that earlier calls left, as Markdown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.errors import DataError
from learnface.files import write_text
from learnface.recipes._micro_tables import (
    Runs,
    against_paper,
    all_scores,
    by_source,
    differences,
    null_check,
)
from learnface.reports import confusion_picture, markdown_table, save_picture
from learnface.training import CrossValidation, shuffle_labels
from learnface.training.environment import command

__all__ = ["Kind", "Study", "finished_runs"]

_SYNTHETIC = "**Synthetic faces in the corpus' layout: they say nothing about real people.** "
_INTERVALS = (
    "Percent; ± is the 95 % interval over seeds (Student's t). Intervals over people draw whole people, with the "
    "predictions of all seeds."
)
_JOINTLY = (
    "Verdicts come from the intervals over people, each so wide that all of them hold together in 95 of 100 tables "
    "(Bonferroni)."
)
_SHUFFLED = (
    "Whatever is above chance here sees what it must not. UAR is at chance for who knows nothing; accuracy may reach "
    "the share of the largest class. The verdict is over the shuffles, all verdicts jointly at 95 %."
)


@dataclass(frozen=True)
class Kind:
    """Methods that share settings.

    Attributes:
        title: what they are called.
        methods: their names.
        facts: what their runs depend on, by name.
    """

    title: str
    methods: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """One corpus' part of the report.

    Attributes:
        folder: where its pictures, tables and runs are.
        title: of the corpus.
        titles: of all methods, in the order of tables.
        tables: the paper's tables: for each row the method and the paper's accuracy on this corpus.
        published: scores of the corpus from elsewhere, a row a source; may be empty.
        fused: the method that the others are compared with.
        drawn: whether the faces are drawn.
        facts: what all runs depend on, by name.
        kinds: the methods by what else their runs depend on.
    """

    folder: Path
    title: str
    titles: Mapping[str, str]
    tables: Mapping[str, Mapping[str, tuple[str, float]]]
    published: Mapping[str, Mapping[str, float]]
    fused: str
    drawn: bool
    facts: Mapping[str, Any]
    kinds: Sequence[Kind] = ()

    def write(self, runs: Runs, shuffled: Runs, left_out: Sequence[str] = ()) -> None:
        """Write `folder/table.md` and the confusion matrix of the first method.

        Args:
            runs: at least one method's runs.
            shuffled: those with shuffled labels; may be empty.
            left_out: methods whose runs on disk have other settings.
        """
        runs, shuffled = (
            {name: some[name] for name in self.titles if some.get(name)} for some in (runs, shuffled)
        )
        method, first = next((name, results[0]) for name, results in runs.items())
        title = f"{self.titles[method]}, accuracy {first.scores['accuracy']['value']:.2%}"
        picture = confusion_picture(first.confusion, first.labels, title=title)
        save_picture(picture, self.folder / "confusion.png")
        parts = [f"## {self.title}", self._introduction(first, runs.keys() | shuffled.keys())]
        if left_out:
            names = ", ".join(self.titles[name] for name in left_out)
            parts.append(f"Not shown, for their runs in this folder have other settings: {names}.")
        for table, rows in self.tables.items():
            if any(method in runs for method, _ in rows.values()):
                parts += [f"### Table {table}", against_paper(runs, rows, same_data=not self.drawn)]
        parts += ["### All methods", all_scores(runs, self.titles)]
        if "source" in first.predictions:
            parts += ["### Parts of the composite", by_source(runs, self.titles)]
        if self.published:
            parts += ["### Published for this corpus", self._published()]
        if len(runs) > 1 and self.fused in runs:
            parts += ["### Is fusion better?", differences(runs, self.titles, self.fused), _JOINTLY]
        if shuffled:
            parts += ["### Shuffled labels", null_check(shuffled, self.titles), _SHUFFLED]
        write_text(self.folder / "table.md", "\n\n".join(parts) + "\n")

    def _introduction(self, first: CrossValidation, shown: Collection[str]) -> str:
        share = first.predictions["label"].value_counts(normalize=True)
        kinds = [f"{kind.title}: {_listed(kind.facts)}" for kind in self.kinds if {*kind.methods} & {*shown}]
        return (
            (_SYNTHETIC if self.drawn else "")
            + f"{len(first.predictions)} clips of {first.predictions['subject'].nunique()} people in "
            f"{len(first.labels)} classes ({', '.join(first.labels)}), of which {share.index[0]} has "
            f"{share.iloc[0]:.1%}; "
            + "; ".join([_listed(self.facts), *kinds])
            + f". {_INTERVALS} The last command: `{command()}`"
        )

    def _published(self) -> str:
        rows = [
            {"source": source} | {f"{name} (%)": f"{100 * value:.1f}" for name, value in scores.items()}
            for source, scores in self.published.items()
        ]
        return markdown_table(pd.DataFrame(rows), index=False)


def _listed(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())


def finished_runs(
    folder: Path,
    plans: Mapping[str, Mapping[str, Any]],
    index: pd.DataFrame,
    seeds: Sequence[int],
    shuffled: bool,
) -> tuple[dict[str, list[CrossValidation]], list[str]]:
    """Return the finished runs in a folder that a call with these plans would make, and who has only others.

    Args:
        folder: of the runs, `folder/METHOD/seed-0` and so on.
        plans: for each method its description and settings, as `run.json` has them under these names.
        index: the corpus; runs on other samples or labels are others.
        seeds: the seeds that count.
        shuffled: whether these are runs on shuffled labels.
    """
    found, others = {}, []
    for name, plan in plans.items():
        finished = [(seed, _load(folder / name / f"seed-{seed}")) for seed in seeds]
        finished = [(seed, result) for seed, result in finished if result is not None]
        same = [
            result
            for seed, result in finished
            if all(result.run.get(key) == value for key, value in plan.items())
            and _same_clips(result, shuffle_labels(index, seed) if shuffled else index)
        ]
        if same:
            found[name] = same
        elif finished:
            others.append(name)
    return found, others


def _load(folder: Path) -> CrossValidation | None:
    if not (folder / "report.json").exists():
        return None
    try:
        return CrossValidation.load(folder)
    except DataError:  # half of a run: the call that made it goes on with it
        return None


def _same_clips(result: CrossValidation, index: pd.DataFrame) -> bool:
    names = ["sample", "label"]
    return (
        result.predictions[names].astype(str).to_numpy().tolist()
        == index[names].astype(str).to_numpy().tolist()
    )
