"""qian2021, Tables 1 to 4: CNN and LSTM feature fusion for micro-expressions, on SMIC and CASME II.

Qian Z., Qian M. (2021), Micro-expression recognition method based on improved feature fusion, Software Engineering
24(4): 26-29.

    learnface reproduce qian2021 --data SMIC --set corpus=smic
    learnface reproduce qian2021 --data CASME2 --set corpus=casme2 --table 3 --seeds 1

Protocol: leave one subject out, predictions of all folds pooled; in each fold other people of the training set
choose the epoch. `--set null=3` runs every method on shuffled labels too, where all must be at chance.
"""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.clips import MicroSettings, prepare_micro
from learnface.corpora import casme2, smic
from learnface.errors import DataError
from learnface.files import write_text
from learnface.recipes._micro_baselines import METHODS as CLASSICAL
from learnface.recipes._micro_networks import Network, network_inputs
from learnface.recipes._micro_tables import against_paper, all_scores, differences, null_check
from learnface.reports import confusion_picture, save_picture
from learnface.training import CrossValidation, cross_validate, shuffle_labels
from learnface.training.environment import command

__all__ = ["CORPORA", "METHODS", "TABLES", "run"]

CORPORA = {"smic": "SMIC", "casme2": "CASME II"}
_FUSED, _FIXED, _FC6, _SPATIAL, _TEMPORAL = "fusion", "fusion_fixed", "fusion_fc6", "spatial", "temporal"
METHODS = {
    _FUSED: "fusion after fc7, trained",
    _FIXED: "fusion after fc7, fixed",
    _FC6: "fusion after fc6, trained",
    _TEMPORAL: "temporal stream",
    _SPATIAL: "spatial stream",
    "ststnet": "STSTNet (not in the paper)",
    **{name: baseline.title for name, baseline in CLASSICAL.items()},
}
"""Every method of the tables by its name."""
# For each table its rows: method, then the paper's accuracy on SMIC and on CASME II.
TABLES = {
    "1": {"trained": (_FUSED, 0.534, 0.566), "fixed": (_FIXED, 0.480, 0.516)},
    "2": {"after fc7": (_FUSED, 0.563, 0.602), "after fc6": (_FC6, 0.501, 0.577)},
    "3": {
        "fused": (_FUSED, 0.563, 0.602),
        "temporal": (_TEMPORAL, 0.411, 0.431),
        "spatial": (_SPATIAL, 0.418, 0.429),
    },
    "4": {
        "fused": (_FUSED, 0.553, 0.587),
        **{
            baseline.title: (name, baseline.published["smic"], baseline.published["casme2"])
            for name, baseline in CLASSICAL.items()
        },
    },
}
_BESIDE = {"4": ("ststnet",)}  # methods that a table is run with, although the paper's has no such row
_ARGUMENTS = {
    _FUSED: {},
    _FIXED: {"fusion": "fixed"},
    _FC6: {"fuse_after": "fc6"},
    _TEMPORAL: {"streams": "temporal"},
    _SPATIAL: {"streams": "spatial"},
}
_SYNTHETIC = "**Synthetic faces in the corpus' layout: they say nothing about real people.** "
SILENT = (
    "The paper gives the input (20 frames and 19 flow pictures of 96x96x3), the 20-frame rule, 5 convolutions, 3 "
    "max-poolings and 4 dense layers, batches of 50, a rate of 0.0005 and up to 6,000 epochs. It does not give the "
    "protocol (leave one subject out here), the classes of CASME II (the usual five), the optimiser (Adam), the flow "
    "algorithm (DIS), any widths (AlexNet's), the regularisation (AlexNet's dropout), what a fusion layer without "
    "training holds (the random weights it began with), or the equations of its improved LSTM (Keras' LSTM). Its own "
    "figures for the fused network after fc7 differ between Tables 1, 2 and 4, without a word on why; ours is one "
    "figure for the three."
)


@dataclasses.dataclass(frozen=True)
class Options:
    """What a run may choose; the arguments of `run` that describe the networks."""

    epochs: int
    patience: int
    width: float
    batch_size: int
    learning_rate: float
    ststnet_epochs: int
    ststnet_rate: float
    dtype_policy: str
    jit_compile: bool


def run(
    data: str | Path,
    out: str | Path,
    *,
    corpus: str = "smic",
    form: str | None = None,
    tables: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    seed: int = 0,
    seeds: int = 3,
    epochs: int = 6000,
    patience: int = 100,
    batch_size: int = 50,
    learning_rate: float = 5e-4,
    size: int = 96,
    frames: int = 20,
    length: str = "trim",
    stabilise: bool = False,
    width: float = 1.0,
    ststnet_epochs: int = 800,
    ststnet_rate: float = 5e-5,
    classical_size: int | None = None,
    classical_frames: int | None = None,
    null: int = 0,
    workers: int = 1,
    dtype_policy: str = "float32",
    jit_compile: bool = False,
) -> dict[str, list[CrossValidation]]:
    """Cross-validate the methods of the tables; what was stopped goes on, what is done is kept.

    Writes `out/CORPUS/METHOD/seed-0/` (predictions, folds, scores), `out/CORPUS/null/...` likewise for shuffled
    labels, `out/CORPUS/confusion.png`, and `out/table.md` for the corpora done so far.

    Args:
        data: folder of the corpus.
        out: folder to write to; aligned faces and flow are kept in `out/cache`.
        corpus: `"smic"` or `"casme2"`.
        form: form of the corpus, as its `index` takes it.
        tables: which of the paper's tables, `"1"` to `"4"`; all by default.
        models: only these methods of `METHODS`.
        seed: the first seed.
        seeds: how many seeds, each with its own weights, order, dropout and inner people.
        epochs: largest number of epochs.
        patience: epochs without a lower loss on the inner people after which training stops.
        batch_size: clips a batch.
        learning_rate: of Adam.
        size: side of a face in pixels.
        frames: frames of a clip.
        length: how clips get so many frames, as in `learnface.clips.MicroSettings`.
        stabilise: take the motion of the whole head out of the flow.
        width: factor of the widths of qian2021's networks; 1 is AlexNet, 0.125 trains on a CPU.
        ststnet_epochs: as `epochs`, for STSTNet; 800 is its authors'.
        ststnet_rate: its learning rate; 0.00005 is its authors'.
        classical_size: as `size`, for the classical descriptors; the same if not given. They need 48 pixels.
        classical_frames: as `frames`, for them; the same if not given. They need 9 frames.
        null: with how many shuffles of the labels every method runs too.
        workers: processes for flow and folds.
        dtype_policy: precision of the networks, as `learnface.training.precision` takes it.
        jit_compile: whether to compile with XLA.

    Returns:
        The results by method, one a seed.

    Raises:
        DataError: an argument is wrong, or the corpus cannot be read.
    """
    out, chosen = Path(out), _chosen(corpus, tables, models, seeds)
    index = _index(data, corpus, form)
    settings = MicroSettings(size=size, frames=frames, length=length, stabilise=stabilise)
    described = dataclasses.replace(settings, size=classical_size or size, frames=classical_frames or frames)
    rates = (learning_rate, ststnet_epochs, ststnet_rate)
    options = Options(epochs, patience, width, batch_size, *rates, dtype_policy, jit_compile)
    inputs = functools.cache(
        lambda: network_inputs(prepare_micro(index, out / "cache", settings, processes=workers))
    )
    runs, shuffled = {}, {}
    for name in chosen:
        if name in CLASSICAL:
            method, used = CLASSICAL[name].search, described
            clips = prepare_micro(index, out / "cache", described, processes=workers)
            seen = CLASSICAL[name].features(clips, workers)
        else:
            method, used = _network(name, options), settings
            seen = {each: inputs()[each] for each in method.inputs}
        for kept, count, folder in ((runs, seeds, corpus), (shuffled, null, f"{corpus}/null")):
            kept[name] = [
                cross_validate(
                    method,
                    shuffle_labels(index, one) if kept is shuffled else index,
                    seen,
                    seed=one,
                    workers=workers,
                    run_dir=out / folder / name / f"seed-{one}",
                    name=f"qian2021/{name}",
                    settings={"clips": used.describe()},
                )
                for one in range(seed, seed + count)
            ]
    _report(
        out,
        corpus,
        data,
        chosen,
        runs,
        shuffled,
        {"seeds": seeds, "size": size, "frames": frames, "width": width, "epochs": epochs},
    )
    return runs


def _chosen(corpus: str, tables: Sequence[str] | None, models: Sequence[str] | None, seeds: int) -> list[str]:
    """Return the methods to run, in the order of `METHODS`."""
    if corpus not in CORPORA:
        raise DataError(f"corpus={corpus!r}: choose one of {', '.join(CORPORA)}")
    if seeds < 1:
        raise DataError(f"seeds={seeds}: give 1 or more")
    tables = [str(table) for table in tables or TABLES]
    if set(tables) - set(TABLES):
        raise DataError(f"qian2021 has no table {sorted(set(tables) - set(TABLES))}: choose from 1 to 4")
    if models and set(models) - set(METHODS):
        raise DataError(
            f"qian2021 has no {sorted(set(models) - set(METHODS))}: choose from {', '.join(METHODS)}"
        )
    wanted = {row[0] for table in tables for row in TABLES[table].values()}
    wanted |= {method for table in tables for method in _BESIDE.get(table, ())}
    return [method for method in METHODS if method in wanted and method in (models or METHODS)]


def _index(data: str | Path, corpus: str, form: str | None) -> pd.DataFrame:
    options = {"form": form} if form else {}
    if corpus == "casme2":
        return casme2.index(data, emotions="5-class", **options)
    return smic.index(data, **options)


def _network(method: str, options: Options) -> Network:
    if method == "ststnet":
        return Network(
            "ststnet",
            inputs=("onset_apex",),
            epochs=options.ststnet_epochs,
            batch_size=256,
            learning_rate=options.ststnet_rate,
            patience=max(options.patience, options.ststnet_epochs),
            dtype_policy=options.dtype_policy,
            jit_compile=options.jit_compile,
        )
    streams = {_TEMPORAL: ("flow",), _SPATIAL: ("frames",)}
    return Network(
        "micro_fusion",
        {**_ARGUMENTS[method], "width": options.width},
        inputs=streams.get(method, ("frames", "flow")),
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        patience=options.patience,
        dtype_policy=options.dtype_policy,
        jit_compile=options.jit_compile,
    )


def _report(
    out: Path,
    corpus: str,
    data: str | Path,
    chosen: Sequence[str],
    runs: dict[str, list[CrossValidation]],
    shuffled: dict[str, list[CrossValidation]],
    facts: dict[str, Any],
) -> None:
    first = runs[chosen[0]][0]
    title = f"{METHODS[chosen[0]]}, accuracy {first.scores['accuracy']['value']:.2%}"
    picture = confusion_picture(first.confusion, first.labels, title=title)
    save_picture(picture, out / corpus / "confusion.png")
    drawn = (Path(data) / ".synthetic").is_dir()
    place = 1 + list(CORPORA).index(corpus)
    parts = [
        f"## {CORPORA[corpus]}",
        (_SYNTHETIC if drawn else "")
        + f"{len(first.predictions)} clips of {first.predictions['subject'].nunique()} people in "
        f"{len(first.labels)} classes ({', '.join(first.labels)}); "
        + ", ".join(f"{name} {value}" for name, value in facts.items())
        + ". Percent; ± is the 95 % interval over seeds (Student's t). "
        + f"`{command()}`",
    ]
    for table, rows in TABLES.items():
        here = {row: (values[0], values[place]) for row, values in rows.items()}
        if any(method in runs for method, _ in here.values()):
            parts += [f"### Table {table}", against_paper(runs, here, same_data=not drawn)]
    parts += ["### All methods", all_scores(runs, METHODS)]
    if len(runs) > 1 and _FUSED in runs:
        parts += ["### Is fusion better?", differences(runs, METHODS, _FUSED)]
    if any(shuffled.values()):
        parts += ["### Shuffled labels", null_check(shuffled, METHODS)]
    write_text(out / corpus / "table.md", "\n\n".join(parts) + "\n")
    done = [out / name / "table.md" for name in CORPORA if (out / name / "table.md").exists()]
    sections = [path.read_text(encoding="utf-8").strip() for path in done]
    head = "# Qian and Qian 2021, Tables 1 to 4: micro-expressions by fused CNN and LSTM features"
    write_text(out / "table.md", "\n\n".join([head, *sections, SILENT]) + "\n")
