"""mi2020: valence and arousal from video, Tables 1 and 2 and Figures 9 to 11.

Mi Z., Zhao H., Gao P. (2020), a dimensional emotion recognition model based on ConvLSTM, Computer Engineering
and Applications.

| table | corpus | networks |
|---|---|---|
| `"1"` | `annotated_videos` (theirs is not given out) | CNN-LSTMs, a CNN-GRU, the ConvLSTM, and one without memory |
| `"optimizers"` | the same | the ConvLSTM by SGD, Adam and RMSProp |
| `"2"` | `aff_wild` | the ConvLSTM |

    learnface reproduce mi2020 --data DIR --set backbone=fer_vgg --set size=32 --set width=0.125

is the reduced form: one small backbone under every head. Faces are prepared once, into `OUT/faces-*`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from learnface.arguments import check_above, check_least, check_seed
from learnface.clips import PrepareSettings
from learnface.corpora import aff_wild, annotated_videos
from learnface.errors import DataError
from learnface.files import write_text
from learnface.models.backbones import BACKBONES
from learnface.recipes._affect_data import AffectVideos, check_prepared, load_videos, split_videos
from learnface.recipes._affect_networks import parse_name
from learnface.recipes._affect_run import OPTIMIZERS, AffectSettings, run_network
from learnface.recipes._affect_table import report_table
from learnface.training import RunReport, precision

__all__ = ["CORPORA", "networks", "run"]

CORPORA = {"1": "annotated_videos", "optimizers": "annotated_videos", "2": "aff_wild"}
"""Tables, and the corpus of each."""
TABLE_1 = (
    "vgg19_per_frame",  # ours, to see what memory is worth
    "vgg16_lstm",
    "vgg19_lstm",
    "resnet34_lstm",
    "resnet50_lstm",
    "inception_v3_lstm",
    "vgg19_gru",
    "vgg19_conv_lstm",
)
INCEPTION_SIZE = 299  # the paper prints 229
VALIDATION = 0.2  # of the training videos


def run(
    data: str | Path,
    out: str | Path,
    *,
    tables: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    backbone: str | None = None,
    backbone_weights: str = "imagenet",
    layer: str | None = None,
    size: int | None = None,
    frames: int = 10,
    width: float = 1.0,
    kernel_size: int = 7,
    optimizer: str = "adam",
    learning_rate: float = 1e-4,
    loss: str = "mse",
    epochs: int | None = None,
    patience: int | None = 50,
    batch_size: int = 8,
    seed: int = 0,
    seeds: int = 1,
    split_seed: int = 0,
    fps: float | None = None,
    key_frames: bool = False,
    detector: str | None = None,
    grey: bool | None = None,
    gold: str = "mean",
    align: str = "auto",
    missing: str = "raise",
    broken: str = "raise",
    processes: int = 1,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
) -> dict[str, list[RunReport]]:
    """Train and score the networks; whatever was stopped goes on, whatever is done is kept.

    A fifth of the videos is the test, with no subject of the others; a fifth of the rest chooses the epoch. Where
    the corpus has a split of its own to train and test on, that is kept.

    Args:
        data: folder of a corpus, or one with a folder for each; or faces that `learnface prepare` has made.
        out: folder for prepared faces, reports, predictions, pictures and `table.md`.
        tables: which of `CORPORA`; by default those whose corpus is there, and with `models` the optimisers only
            if a ConvLSTM is among them.
        models: which networks, as in `vgg19_lstm`: a backbone and a head of
            `learnface.recipes._affect_networks.HEADS`. By default those of the table. The optimisers take the
            ConvLSTMs of these.
        backbone: put this one under every head of a table, in place of the table's own.
        backbone_weights: `"imagenet"` or `"none"`; the paper does not say. ResNet-34 has none. `fer_vgg` in full
            width takes `"ferplus"`, which has seen real faces.
        layer: layer of the backbones whose map is taken, such as `"block3_pool"`; by default the last.
        size: side of a face in pixels; by default 224, and 299 for Inception-v3. This, `fps`, `detector` and
            `grey` are those of the faces where `data` holds prepared ones.
        frames: frames of a window; the paper does not say.
        width: share of the usual widths of the LSTMs, ConvLSTMs, dense layers, and of `fer_vgg`.
        kernel_size: of the ConvLSTMs.
        optimizer: `"adam"`, `"rmsprop"` or `"sgd"`.
        learning_rate: of all of them.
        loss: `"mse"`, as the paper's; `"ccc"` or `"ccc+mse"`.
        epochs: largest number; by default 1,000.
        patience: epochs without a lower validation loss after which training stops; None never stops early.
        batch_size: windows a batch; the paper does not say.
        seed: of the first run: weights, order and dropout.
        seeds: how many runs of each network, with seeds that follow.
        split_seed: of the split, the same for all runs, where the corpus has none of its own.
        fps: frames a second to take; by default 5.
        key_frames: of these, take only those at which the picture changes most, by PeakUtils' way.
        detector: how faces are found, `"none"` where a frame is a face already; by default `"viola_jones"`. Of
            several faces the largest is taken.
        grey: drop the colours; by default they are kept.
        gold: what annotated videos teach, see `learnface.corpora.annotated_videos.frame_table`.
        align: which frames the lines of Aff-Wild belong to, see `learnface.corpora.aff_wild`. `"auto"` decides
            for all videos before any is prepared, and lists those that fit neither way in one error.
        missing: what to do about labelled videos that are not on disk, `"raise"` or `"drop"`.
        broken: what to do about files that cannot be read, `"raise"` or `"drop"`.
        processes: how many processes prepare the faces.
        jit_compile: compile with XLA.
        dtype_policy: precision, as `learnface.training.precision` takes it.

    Returns:
        The reports of each network, one a seed, by `"<corpus>/<network>-<optimizer>"`.

    Raises:
        DataError: an argument is not as described, or the corpus cannot be read.
    """
    data, out = Path(data), Path(out)
    settings = AffectSettings(
        frames, batch_size, epochs or 1000, patience, learning_rate, optimizer, loss, width, kernel_size,
        None if backbone_weights == "none" else backbone_weights, layer, jit_compile,
    )  # fmt: skip
    check_seed(seed, seeds)
    check_seed(split_seed)
    check_least(1, size=size, processes=processes)
    check_above(0, fps=fps)
    plan = {table: networks(table, backbone, models) for table in _tables(data, tables, models)}
    made = {"size": size, "fps": fps, "grey": grey, "detector": detector}
    for table in plan:
        check_prepared(_folder(data, CORPORA[table]), made)
    options = {"broken": broken, "processes": processes}
    videos = _Videos(data, out, made, key_frames, split_seed, _reading(gold, align, missing), options)
    reports: dict[str, list[RunReport]] = {}
    for table, names in plan.items():
        for name in names:
            splits = videos.splits(CORPORA[table], name)
            for each in sorted(OPTIMIZERS) if table == "optimizers" else [optimizer]:
                key = f"{CORPORA[table]}/{name}-{each}"
                changed = dataclasses.replace(settings, optimizer=each)
                for number in range(seed, seed + seeds) if key not in reports else ():
                    with precision(dtype_policy):
                        report = run_network(name, splits, changed, number, out / key / f"seed{number}")
                    reports.setdefault(key, []).append(report)
    write_text(out / "table.md", report_table(plan, CORPORA, optimizer, reports, out))
    return reports


@dataclasses.dataclass
class _Videos:
    """The videos of each corpus, prepared and split once for each size of a face."""

    data: Path
    out: Path
    made: Mapping[str, Any]
    key_frames: bool
    split_seed: int
    reading: Mapping[str, Mapping[str, Any]]
    options: Mapping[str, Any]
    known: dict[tuple[str, int], dict[str, AffectVideos]] = dataclasses.field(default_factory=dict)

    def splits(self, corpus: str, name: str) -> dict[str, AffectVideos]:
        """Return the parts of a corpus, with faces of the size that a network takes."""
        side = self.made["size"] or _size(name)
        if (corpus, side) not in self.known:
            fps, grey, detector = (self.made[key] for key in ("fps", "grey", "detector"))
            detector = detector or "viola_jones"
            how = PrepareSettings(
                size=side,
                equalise=None,
                missing="drop",
                fps=fps or 5.0,
                grey=bool(grey),
                detector=None if detector == "none" else detector,
            )
            videos = load_videos(
                _folder(self.data, corpus),
                corpus,
                self.out / f"faces-{corpus}-{side}",
                how,
                self.key_frames,
                **self.reading[corpus],
                **self.options,
            )
            self.known[corpus, side] = split_videos(videos, 0.2, VALIDATION, self.split_seed)
        return self.known[corpus, side]


def _reading(gold: str, align: str, missing: str) -> dict[str, dict[str, Any]]:
    """Return, by corpus, the further arguments of its `index` and of its `frame_table`."""
    for name, value, choices in (
        ("gold", gold, annotated_videos.GOLD),
        ("align", align, aff_wild.ALIGNMENTS),
    ):
        if value not in choices:
            raise DataError(f"{name} is {value!r}: choose one of {', '.join(choices)}")
    counted = {"align": align, "missing": missing, "count_frames": aff_wild.count_frames}
    return {
        "annotated_videos": {"reading": {"missing": missing}, "labels": {"gold": gold}},
        "aff_wild": {"reading": counted, "labels": {} if align == "auto" else {"align": align}},
    }


def networks(table: str, backbone: str | None = None, models: Sequence[str] | None = None) -> list[str]:
    """Return the names of a table's networks.

    Args:
        table: one of `CORPORA`.
        backbone: a backbone for every head, in place of the table's own.
        models: take these instead.

    Raises:
        DataError: there is no such table, backbone or network; the models stand on another backbone than that
            asked for; or the optimisers are to train networks of which none is a ConvLSTM.

    Example:
        >>> networks("1", "fer_vgg")
        ['fer_vgg_per_frame', 'fer_vgg_lstm', 'fer_vgg_gru', 'fer_vgg_conv_lstm']
        >>> networks("2")
        ['vgg19_conv_lstm']
        >>> networks("optimizers", models=["vgg16_lstm", "vgg16_conv_lstm"])
        ['vgg16_conv_lstm']
    """
    if table not in CORPORA:
        raise DataError(f"mi2020 has no table {table!r}: choose from {', '.join(CORPORA)}")
    if backbone is not None and backbone not in BACKBONES:
        raise DataError(f"there is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}")
    other = [name for name in models or () if backbone not in (None, parse_name(name)[0])]
    if other:
        raise DataError(
            f"the backbone is {backbone!r}, and that of {other[0]} is another: leave one of the two out"
        )
    if models and table == "optimizers":
        if not _conv_lstms(models):
            what = f"the table 'optimizers' trains a ConvLSTM, and there is none in {', '.join(models)}"
            raise DataError(f"{what}: name another table, or a model such as vgg19_conv_lstm")
        return _conv_lstms(models)
    if models:
        return list(models)
    if table != "1":
        return [f"{backbone or 'vgg19'}_conv_lstm"]
    if backbone:
        return [f"{backbone}_{head}" for head in ("per_frame", "lstm", "gru", "conv_lstm")]
    return list(TABLE_1)


def _conv_lstms(models: Sequence[str]) -> list[str]:
    return [name for name in models if parse_name(name)[1] == "conv_lstm"]


def _tables(data: Path, tables: Sequence[str] | None, models: Sequence[str] | None) -> list[str]:
    """Return the tables asked for, or those whose corpus is there and that can have the models asked for."""
    if not data.exists():
        raise DataError(f"{data} does not exist: give the folder of a corpus")
    unknown = sorted(set(tables or ()) - set(CORPORA))
    if unknown:
        raise DataError(f"mi2020 has no table {unknown[0]!r}: choose from {', '.join(CORPORA)}")
    if tables:
        return list(tables)
    found = [table for table, corpus in CORPORA.items() if _is_there(_folder(data, corpus), corpus)]
    if not found:
        raise DataError(
            f"{data} holds neither annotations.csv (annotated_videos) nor annotations/ and videos/ (aff_wild); "
            "name a table with --table if its faces are prepared already"
        )
    if models and not _conv_lstms(models):
        found = [table for table in found if table != "optimizers"]
    return found


def _is_there(folder: Path, corpus: str) -> bool:
    if corpus == "annotated_videos":
        return (folder / "annotations.csv").is_file()
    return (folder / "annotations").is_dir()


def _folder(data: Path, corpus: str) -> Path:
    return data / corpus if (data / corpus).is_dir() else data


def _size(name: str) -> int:
    return INCEPTION_SIZE if parse_name(name)[0] == "inception_v3" else 224
