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
from collections.abc import Sequence
from pathlib import Path

from learnface.clips import PrepareSettings
from learnface.errors import DataError
from learnface.files import write_text
from learnface.models.backbones import BACKBONES
from learnface.recipes._affect_data import AffectVideos, load_videos, split_videos
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
    fps: float = 5.0,
    key_frames: bool = False,
    detector: str = "viola_jones",
    grey: bool = False,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
) -> dict[str, list[RunReport]]:
    """Train and score the networks; whatever was stopped goes on, whatever is done is kept.

    A fifth of the videos is the test, with no subject of the others; a fifth of the rest chooses the epoch.

    Args:
        data: folder of a corpus, or one with a folder for each; or faces that `learnface prepare` has made.
        out: folder for prepared faces, reports, predictions, pictures and `table.md`.
        tables: which of `CORPORA`; by default those whose corpus is there.
        models: which networks, as in `vgg19_lstm`: a backbone and a head of
            `learnface.recipes._affect_networks.HEADS`. By default those of the table.
        backbone: put this one under every head of a table, in place of the table's own.
        backbone_weights: `"imagenet"` or `"none"`; the paper does not say. ResNet-34 has none.
        layer: layer of the backbones whose map is taken, such as `"block3_pool"`; by default the last.
        size: side of a face in pixels; by default 224, and 299 for Inception-v3.
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
        split_seed: of the split, the same for all runs.
        fps: frames a second to take.
        key_frames: of these, take only those at which the picture changes most, by PeakUtils' way.
        detector: how faces are found, `"none"` where a frame is a face already.
        grey: drop the colours.
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
    if seeds < 1:
        raise DataError(f"seeds is {seeds}: give a number from 1")
    chosen = _tables(data, tables)
    plan = {table: networks(table, backbone, models) for table in chosen}
    faces = {"fps": fps, "grey": grey, "detector": None if detector == "none" else detector}
    reports: dict[str, list[RunReport]] = {}
    prepared: dict[tuple[str, int], dict[str, AffectVideos]] = {}
    for table, names in plan.items():
        for name in names:
            corpus, side = CORPORA[table], size or _size(name)
            if (corpus, side) not in prepared:
                how = PrepareSettings(size=side, equalise=None, missing="drop", **faces)
                folder = out / f"faces-{corpus}-{side}"
                videos = load_videos(_folder(data, corpus), corpus, folder, how, key_frames)
                prepared[corpus, side] = split_videos(videos, 0.2, VALIDATION, split_seed)
            for each in sorted(OPTIMIZERS) if table == "optimizers" else [optimizer]:
                key = f"{corpus}/{name}-{each}"
                changed = dataclasses.replace(settings, optimizer=each)
                for number in range(seed, seed + seeds) if key not in reports else ():
                    with precision(dtype_policy):
                        report = run_network(
                            name, prepared[corpus, side], changed, number, out / key / f"seed{number}"
                        )
                    reports.setdefault(key, []).append(report)
    write_text(out / "table.md", report_table(plan, CORPORA, optimizer, reports, out))
    return reports


def networks(table: str, backbone: str | None = None, models: Sequence[str] | None = None) -> list[str]:
    """Return the names of a table's networks.

    Args:
        table: one of `CORPORA`.
        backbone: a backbone for every head, in place of the table's own.
        models: take these instead.

    Raises:
        DataError: there is no such table, backbone or network.

    Example:
        >>> networks("1", "fer_vgg")
        ['fer_vgg_per_frame', 'fer_vgg_lstm', 'fer_vgg_gru', 'fer_vgg_conv_lstm']
        >>> networks("2")
        ['vgg19_conv_lstm']
    """
    if table not in CORPORA:
        raise DataError(f"mi2020 has no table {table!r}: choose from {', '.join(CORPORA)}")
    if backbone is not None and backbone not in BACKBONES:
        raise DataError(f"there is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}")
    if models and table != "optimizers":
        for name in models:
            parse_name(name)
        return list(models)
    if table != "1":
        return [f"{backbone or 'vgg19'}_conv_lstm"]
    if backbone:
        return [f"{backbone}_{head}" for head in ("per_frame", "lstm", "gru", "conv_lstm")]
    return list(TABLE_1)


def _tables(data: Path, tables: Sequence[str] | None) -> list[str]:
    """Return the tables asked for, or those whose corpus is there."""
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
    return found


def _is_there(folder: Path, corpus: str) -> bool:
    if corpus == "annotated_videos":
        return (folder / "annotations.csv").is_file()
    return (folder / "annotations").is_dir()


def _folder(data: Path, corpus: str) -> Path:
    return data / corpus if (data / corpus).is_dir() else data


def _size(name: str) -> int:
    return INCEPTION_SIZE if parse_name(name)[0] == "inception_v3" else 224
