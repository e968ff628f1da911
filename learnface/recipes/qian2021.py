"""qian2021, Tables 1 to 4: CNN and LSTM feature fusion for micro-expressions, on SMIC and CASME II.

Qian Z., Qian M. (2021), Micro-expression recognition method based on improved feature fusion, Software Engineering
24(4): 26-29.

    learnface reproduce qian2021 --data SMIC --set corpus=smic --set landmarks=mesh
    learnface reproduce qian2021 --data CASME2 --set corpus=casme2 --table 3 --seeds 1
    learnface reproduce qian2021 --data MEGC --set corpus=megc2019 --model ststnet

Protocol: leave one subject out, predictions of all folds pooled; in each fold other people of the training set
choose the epoch. `--set null=10` runs every method on shuffled labels too, where all must be at chance. On the
composite of MEGC 2019, which the paper does not have, STSTNet stands beside its published scores.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.arguments import check_least, check_seed
from learnface.clips import MicroSettings, prepare_micro
from learnface.corpora import casme2, megc2019, smic
from learnface.errors import DataError
from learnface.files import write_text
from learnface.micro.mdmo import cropped_landmarks
from learnface.recipes._micro_baselines import METHODS as CLASSICAL
from learnface.recipes._micro_methods import (
    FC6,
    FIXED,
    FUSED,
    METHODS,
    SPATIAL,
    TEMPORAL,
    Options,
    kinds_of,
    plan_of,
    yes_no,
)
from learnface.recipes._micro_networks import network_inputs
from learnface.recipes._micro_pictures import drawn_faces, pictures_hash
from learnface.recipes._micro_report import Kind, Study, finished_runs
from learnface.training import CrossValidation, cross_validate, shuffle_labels
from learnface.training._fold_files import describe_method

__all__ = ["CORPORA", "METHODS", "TABLES", "run"]

CORPORA = {"smic": "SMIC", "casme2": "CASME II", "megc2019": "MEGC 2019 composite"}
# For each table its rows: method, then the paper's accuracy on SMIC and on CASME II.
TABLES = {
    "1": {"trained": (FUSED, 0.534, 0.566), "fixed": (FIXED, 0.480, 0.516)},
    "2": {"after fc7": (FUSED, 0.563, 0.602), "after fc6": (FC6, 0.501, 0.577)},
    "3": {
        "fused": (FUSED, 0.563, 0.602),
        "temporal": (TEMPORAL, 0.411, 0.431),
        "spatial": (SPATIAL, 0.418, 0.429),
    },
    "4": {
        "fused": (FUSED, 0.553, 0.587),
        **{
            baseline.title: (name, baseline.published["smic"], baseline.published["casme2"])
            for name, baseline in CLASSICAL.items()
        },
    },
}
# Scores of whole corpora that are not the paper's.
PUBLISHED = {
    "megc2019": {
        "STSTNet, Liong et al. 2019": {"uf1": 0.7353, "uar": 0.7605},
        "STSTNet, its authors' own later run": {"uf1": 0.7209, "uar": 0.7250},
    }
}
_BESIDE = {"4": ("ststnet",)}  # methods that a table is run with, although the paper's has no such row
_UNCROPPED = ("raw", "raw_selected", "extended", "original")  # forms of corpora that show whole heads
SILENT = (
    "The paper gives the input (20 frames and 19 flow pictures of 96x96x3), the 20-frame rule, 5 convolutions, 3 "
    "max-poolings and 4 dense layers, batches of 50, a rate of 0.0005 and up to 6,000 epochs. It takes 19 spatial and "
    "19 temporal pictures a fragment and many fragments a sequence; here it is one fragment a clip, of 20 frames and "
    "the 19 flow pictures between them. It does not give the protocol (leave one subject out here), the classes of "
    "CASME II (the usual five), the optimiser (Adam), the flow algorithm (DIS) and its scale beside the frames (10 "
    "here), any widths (AlexNet's), the weights that training starts from (He's), the regularisation (AlexNet's "
    "dropout), what a fusion layer without training holds (the random weights it began with), or the equations of its "
    "improved LSTM (Keras' LSTM). It does not say how faces are aligned: with `landmarks` by the first frame, else "
    "faces stay as the cropped corpus has them, not aligned, and MDMO's regions are where they are in a usual crop. "
    "It does not say when training stops: here it goes on until the cross-entropy of a fifth of the training people "
    "has not fallen for `patience` epochs, its lowest chooses the epoch, and the network learns anew from all training "
    "people for so many epochs (`refit`, which costs at most one more training a fold); STSTNet always searches its "
    "authors' 800 epochs. SVMs choose their settings on inner folds by macro F1, and learn from all training people "
    "too. Its own figures for the fused network after fc7 differ between "
    "Tables 1, 2 and 4, without a word on why; ours is one figure for the three."
)


def run(
    data: str | Path,
    out: str | Path,
    *,
    corpus: str = "smic",
    form: str | None = None,
    clips: str = "megc",
    missing: str = "raise",
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
    length: str | None = None,
    stabilise: bool = False,
    detector: str | None = None,
    landmarks: str | None = None,
    width: float = 1.0,
    refit: bool = True,
    ststnet_epochs: int = 800,
    ststnet_rate: float = 5e-5,
    classical_size: int | None = None,
    classical_frames: int | None = None,
    mdmo_form: str = "polar",
    null: int = 0,
    workers: int = 1,
    dtype_policy: str = "float32",
    jit_compile: bool = False,
) -> dict[str, list[CrossValidation]]:
    """Cross-validate the methods of the tables; what was stopped goes on, what is done is kept.

    Writes `out/CORPUS/METHOD/seed-0/` (predictions, folds, scores), `out/CORPUS/null/...` likewise for shuffled
    labels, `out/CORPUS/confusion.png`, and, after every method, `out/table.md` for the corpora done so far. Classical
    methods, which take minutes, come first, and shuffled labels last. Methods that an earlier call finished with the
    same settings are in the table too.

    Args:
        data: folder of the corpus.
        out: folder to write to; aligned faces and flow are kept in `out/cache`.
        corpus: `"smic"`, `"casme2"` or `"megc2019"`.
        form: form of the corpus, as its `index` takes it; the composite finds its parts' forms itself.
        clips: of the composite: `"megc"`, `"rule"` or the path of the organisers' list, as
            `learnface.corpora.megc2019.index` takes it.
        missing: `"raise"`, or `"drop"`: what to do about clips of a sheet that are not on disk. SMIC has no sheet.
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
        length: how clips get so many frames, as in `learnface.clips.MicroSettings`. By default `"trim"`, the paper's;
            for the composite `"linear"`, since its corpora have 100 and 200 frames a second, and flow from frame to
            frame would tell them apart.
        stabilise: take the motion of the whole head out of the flow.
        detector: finds the face in the first frame of a clip, as `learnface.faces.build_detector` takes it, such as
            `"viola_jones"`. The uncropped forms need one.
        landmarks: aligns the faces by the first frame, as in `learnface.clips.MicroSettings`: `"mesh"` needs an extra,
            and works on cropped faces too. Without it faces are not aligned.
        width: factor of the widths of qian2021's networks; 1 is AlexNet, 0.125 trains on a CPU.
        refit: whether networks learn anew from all training people once the epoch is chosen.
        ststnet_epochs: as `epochs`, for STSTNet; 800 is its authors'.
        ststnet_rate: its learning rate; 0.00005 is its authors'.
        classical_size: as `size`, for the classical descriptors; the same if not given. They need 48 pixels.
        classical_frames: as `frames`, for them; the same if not given. They need 9 frames.
        mdmo_form: `"polar"`, the paper's of MDMO, or `"cartesian"`, which has no jump at half a turn.
        null: with how many shuffles of the labels every method runs too.
        workers: processes for flow and folds.
        dtype_policy: precision of the networks, as `learnface.training.precision` takes it.
        jit_compile: whether to compile with XLA.

    Returns:
        The results by method, one a seed.

    Raises:
        DataError: an argument is wrong, the corpus cannot be read, or its form is uncropped and no detector given.
        MissingDependencyError: `detector` or `landmarks` needs an extra that is not installed.
    """
    out, chosen = Path(out), _chosen(corpus, tables, models, seeds, null)
    check_seed(seed, max(seeds, null))
    check_least(
        1, seeds=seeds, classical_size=classical_size, classical_frames=classical_frames, workers=workers
    )
    rates = (learning_rate, ststnet_epochs, ststnet_rate, refit)
    options = Options(epochs, patience, width, batch_size, *rates, dtype_policy, jit_compile)
    index = _index(data, corpus, form, detector, clips, missing)
    length = length or ("linear" if corpus == "megc2019" else "trim")
    settings = MicroSettings(
        size=size, frames=frames, length=length, stabilise=stabilise, detector=detector, landmarks=landmarks
    )
    described = dataclasses.replace(settings, size=classical_size or size, frames=classical_frames or frames)
    regions = None if landmarks else cropped_landmarks((described.size, described.size))
    asked = {"mdmo": {"landmarks": regions, "form": mdmo_form}}

    prepared = functools.cache(lambda used: prepare_micro(index, out / "cache", used, processes=workers))
    inputs = functools.cache(lambda: network_inputs(prepared(settings)))
    forms = sorted(set(index["form"]))
    source = {"forms": forms, "pictures": pictures_hash(index)}
    plans = {name: plan_of(name, options, settings, described, mdmo_form, source) for name in METHODS}
    facts = {"seeds": seeds, "form": ", ".join(forms), "length": length, "stabilise": yes_no(stabilise)}
    facts |= {"detector": detector or "none", "landmarks": landmarks or "none (faces not aligned)"}
    study = _study(out, corpus, drawn_faces(index), facts, kinds_of(plans, settings, described, mdmo_form))

    @functools.cache
    def seen(name: str) -> Any:
        if name in CLASSICAL:
            return CLASSICAL[name].features(prepared(described), workers, **asked.get(name, {}))
        return {each: inputs()[each] for each in plans[name][0].inputs}

    runs, shuffled = {}, {}
    for kept, count, folder in ((runs, seeds, corpus), (shuffled, null, f"{corpus}/null")):
        for name in chosen if count else ():
            kept[name] = [
                cross_validate(
                    plans[name][0],
                    shuffle_labels(index, one) if kept is shuffled else index,
                    seen(name),
                    seed=one,
                    workers=workers,
                    run_dir=out / folder / name / f"seed-{one}",
                    name=f"qian2021/{name}",
                    settings=plans[name][1],
                )
                for one in range(seed, seed + count)
            ]
            _report(out, study, index, plans, runs, shuffled, range(seed, seed + seeds))
    return {name: runs[name] for name in METHODS if name in runs}


def _chosen(
    corpus: str, tables: Sequence[str] | None, models: Sequence[str] | None, seeds: int, null: int
) -> list[str]:
    """Return the methods to run, those that take least time first."""
    if corpus not in CORPORA:
        raise DataError(f"corpus={corpus!r}: choose one of {', '.join(CORPORA)}")
    check_least(0, null=null)
    tables = [str(table) for table in tables or TABLES]
    if set(tables) - set(TABLES):
        raise DataError(f"qian2021 has no table {sorted(set(tables) - set(TABLES))}: choose from 1 to 4")
    if models and set(models) - set(METHODS):
        raise DataError(
            f"qian2021 has no {sorted(set(models) - set(METHODS))}: choose from {', '.join(METHODS)}"
        )
    wanted = {row[0] for table in tables for row in TABLES[table].values()}
    wanted |= {method for table in tables for method in _BESIDE.get(table, ())}
    chosen = [
        method for method in (*CLASSICAL, *METHODS) if method in wanted and method in (models or METHODS)
    ]
    if not chosen:
        raise DataError(
            f"no method is left: {', '.join(models)} is in none of the tables {', '.join(tables)}: leave out one choice"
        )
    return list(dict.fromkeys(chosen))


def _index(
    data: str | Path,
    corpus: str,
    form: str | None,
    detector: str | None,
    clips: str = "megc",
    missing: str = "raise",
) -> pd.DataFrame:
    """Return the corpus, once it is sure that its frames are faces or that faces are looked for in them."""
    if corpus != "megc2019" and clips != "megc":
        raise DataError(f"clips={clips!r} chooses clips of the composite: leave it out for {CORPORA[corpus]}")
    options = {"form": form} if form else {}
    if corpus == "megc2019":
        if form:
            raise DataError(f"form={form!r}: the composite finds its parts' forms itself, leave it out")
        index = megc2019.index(data, clips=clips, missing=missing)
    elif corpus == "casme2":
        index = casme2.index(data, emotions="5-class", missing=missing, **options)
    else:
        index = smic.index(data, **options)
    whole = sorted(set(index["form"]) & set(_UNCROPPED))
    if whole and detector is None:
        raise DataError(
            f"the form {', '.join(whole)!r} of {CORPORA[corpus]} shows whole heads, not faces: give a detector "
            "(--set detector=viola_jones, with --set landmarks=mesh to align as well), or the cropped form"
        )
    return index


def _study(out: Path, corpus: str, drawn: bool, facts: Mapping[str, Any], kinds: Sequence[Kind]) -> Study:
    tables = {}
    if corpus not in PUBLISHED:
        place = 1 + list(CORPORA).index(corpus)
        tables = {
            table: {row: (values[0], values[place]) for row, values in rows.items()}
            for table, rows in TABLES.items()
        }
    published = PUBLISHED.get(corpus, {})
    return Study(out / corpus, CORPORA[corpus], METHODS, tables, published, FUSED, drawn, facts, kinds)


def _report(
    out: Path,
    study: Study,
    index: pd.DataFrame,
    plans: Mapping[str, tuple[Any, dict[str, Any]]],
    runs: dict[str, list[CrossValidation]],
    shuffled: dict[str, list[CrossValidation]],
    seeds: range,
) -> None:
    """Write the corpus' table with what is done by now, and the table of all corpora."""
    told = {
        name: {"method": describe_method(method), "settings": used} for name, (method, used) in plans.items()
    }
    others, unshuffled = (
        {name: plan for name, plan in told.items() if not some.get(name)} for some in (runs, shuffled)
    )
    kept, left_out = finished_runs(study.folder, others, index, seeds, shuffled=False)
    # An earlier call may have had another number of shuffles.
    many = range(seeds.start, seeds.start + 100)
    nulls, _ = finished_runs(study.folder / "null", unshuffled, index, many, shuffled=True)
    study.write(kept | runs, nulls | shuffled, left_out)
    done = [out / name / "table.md" for name in CORPORA if (out / name / "table.md").exists()]
    sections = [path.read_text(encoding="utf-8").strip() for path in done]
    head = "# Qian and Qian 2021, Tables 1 to 4: micro-expressions by fused CNN and LSTM features"
    write_text(out / "table.md", "\n\n".join([head, *sections, SILENT]) + "\n")
