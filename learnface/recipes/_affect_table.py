"""mi2020's tables: our scores beside the paper's, and the pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from learnface.metrics import mean_interval
from learnface.recipes._affect_data import AFFECT
from learnface.recipes._affect_networks import CONTROLS, parse_name
from learnface.recipes._verdict import ALONE, verdict
from learnface.reports import comparison_table, interval_picture, markdown_table, save_picture
from learnface.reports.affect_curves import affect_curves_picture, error_curves_picture
from learnface.training import RunReport

__all__ = ["CITED", "PUBLISHED", "SILENT", "report_table"]

PUBLISHED = {
    "1": {
        "vgg16_lstm": {"ccc": (0.170, 0.219, 0.195), "mse": (0.105, 0.130, 0.117)},
        "vgg19_lstm": {"ccc": (0.361, 0.200, 0.281), "mse": (0.119, 0.109, 0.114)},
        "resnet50_lstm": {"ccc": (0.172, 0.163, 0.169), "mse": (0.108, 0.162, 0.135)},
        "inception_v3_lstm": {"ccc": (0.195, 0.166, 0.181), "mse": (0.156, 0.172, 0.164)},
        "vgg19_conv_lstm": {"ccc": (0.571, 0.592, 0.581)},
    },
    "2": {"vgg19_conv_lstm": {"ccc": (0.203, 0.240, 0.222), "mse": (0.051, 0.097, 0.074)}},
}
"""By table and network: valence, arousal and mean, as the paper prints them."""
CITED = {
    "2": {
        "MM-Net (cited)": {"ccc": (0.196, 0.214, 0.205), "mse": (0.134, 0.088, 0.111)},
        "DRC-Net (cited)": {"ccc": (0.042, 0.291, 0.167), "mse": (0.161, 0.094, 0.128)},
        "baseline (cited)": {"ccc": (0.150, 0.100, 0.125), "mse": (0.130, 0.140, 0.135)},
    }
}
"""What the paper cites without training it."""
TITLES = {
    "1": "Table 1: learners' videos",
    "2": "Table 2: Aff-Wild",
    "optimizers": "Optimisers: the ConvLSTM by each",
}
SILENT = (
    "The paper gives the backbones without their dense layers, two LSTMs and two dense layers with tanh (or three "
    "ConvLSTMs of 32, 16 and 8 filters of 7x7 and a 4x4 max-pooling), MSE as the loss, a learning rate of 1e-4, up "
    "to 1,000 epochs, 5 frames a second, key frames by PeakUtils, faces by Viola and Jones, and 4:1 for training "
    "and test. It does not give the widths of LSTMs and dense layers (256, 256 and 128 here), the frames of a "
    "window (10), the batch (8), the momentum of SGD (none), whether the backbones begin with ImageNet's weights "
    "(they do here), whether a person may be in training and test (never here; Aff-Wild does not name people, so "
    "there it is videos that are kept apart), or how the epoch was chosen (by the CCC on a fifth of the training "
    "videos here: the test videos are scored once, and Figure 9's second panel is the validation). CCC and MSE are "
    "of all test frames at once, which is not the mean over batches or videos; the latter is given too. It does not "
    "say what the networks remember in the test: in the scores here, as in training, each window begins anew, and "
    "'state carried on' is the CCC of the same network run through each whole test video, as `learnface predict --va` "
    "runs it. The largest face that is found in a frame is taken, in Aff-Wild too, whose own boxes decide only which "
    "frames count. Where a corpus splits its videos itself, its split is kept."
)


def report_table(
    plan: Mapping[str, Sequence[str]],
    corpora: Mapping[str, str],
    optimizer: str,
    reports: Mapping[str, Sequence[RunReport]],
    out: Path,
) -> str:
    """Return all tables in Markdown, and write their pictures into `out`.

    Args:
        plan: the networks of each table.
        corpora: the corpus of each table.
        optimizer: what trained the networks of the tables without optimisers.
        reports: by `"<corpus>/<network>-<optimizer>"` one report a seed.
        out: folder of the runs.
    """
    parts = ["# mi2020: valence and arousal from video"]
    for table, names in plan.items():
        corpus = corpora[table]
        if table == "optimizers":
            prefixes = [f"{corpus}/{name}-" for name in names]
            cut = prefixes[0] if len(names) == 1 else f"{corpus}/"
            rows = {
                key.removeprefix(cut): runs
                for prefix in prefixes
                for key, runs in reports.items()
                if key.startswith(prefix)
            }
        else:
            rows = {name: reports[f"{corpus}/{name}-{optimizer}"] for name in names}
        folders = {name: _folder(rows[name], reports, out) for name in rows}
        _pictures(table, rows, folders, out)
        parts += [f"## {TITLES[table]}", *_scores(table, rows), _runs(rows)]
    return "\n\n".join([*parts, SILENT]) + "\n"


def _folder(runs: Sequence[RunReport], reports: Mapping[str, Sequence[RunReport]], out: Path) -> Path:
    key = next(key for key, each in reports.items() if each is runs)
    return out / key / f"seed{runs[0].seed}"


def _scores(table: str, rows: Mapping[str, Sequence[RunReport]]) -> list[str]:
    """Return a comparison of CCC, one of MSE, and the means over videos."""
    paper = {**PUBLISHED.get(table, {}), **CITED.get(table, {})}
    names = [*rows, *(name for name in CITED.get(table, {}))]
    parts = []
    for score in ("ccc", "mse"):
        ours, theirs = {}, {}
        for name in names:
            printed = paper.get(name, {}).get(score, (None,) * 3)
            for dimension, value in zip((*AFFECT, "mean"), printed, strict=True):
                row = f"{name}, {dimension}"
                theirs[row] = value
                ours[row] = _interval(rows[name], dimension, score) if name in rows else None
        parts.append(comparison_table(ours, theirs, percent=False, name=score.upper()))
    over_videos = [("test", "mean_over_videos", f"ccc_{column}", column) for column in (*AFFECT, "mean")]
    carried = [("test_streamed", "per_dimension", column, column) for column in (*AFFECT, "mean")]
    return [
        *parts,
        _means(rows, "CCC, mean over videos", over_videos),
        _means(rows, "CCC, state carried on", carried),
        *(_verdicts(rows) if table != "optimizers" else []),
    ]


def _verdicts(rows: Mapping[str, Sequence[RunReport]]) -> list[str]:
    """Say whether memory helped: networks with one against those without, and ConvLSTMs against the others."""
    heads, lines = {name: parse_name(name)[1] for name in rows}, []
    for name, head in heads.items():
        for other, rival in heads.items():
            only_one_remembers = head not in CONTROLS and rival in CONTROLS
            only_one_keeps_place = head == "conv_lstm" and rival not in ("conv_lstm", *CONTROLS)
            if only_one_remembers or only_one_keeps_place:
                found = verdict(_mean_ccc(rows[name]), _mean_ccc(rows[other]), percent=False)
                lines.append(f"- {name} against {other}: {found}")
    return [f"Mean CCC, paired by seed, {ALONE}:\n\n" + "\n".join(lines)] if lines else []


def _mean_ccc(runs: Sequence[RunReport]) -> list[float]:
    return [report.scores["test"]["per_dimension"]["mean"]["ccc"] for report in runs]


def _means(
    rows: Mapping[str, Sequence[RunReport]], title: str, columns: Sequence[tuple[str, str, str, str]]
) -> str:
    """Return a table of means over seeds; a column is where its score is in a report, and its head."""
    found = {}
    for name, runs in rows.items():
        found[name] = {}
        for part, kind, key, head in columns:
            values = [report.scores[part][kind][key] for report in runs]
            values = [value["ccc"] if isinstance(value, Mapping) else value for value in values]
            found[name][head] = sum(values) / len(values)
    table = pd.DataFrame.from_dict(found, orient="index").rename_axis(title)
    return markdown_table(table, decimals=3)


def _interval(runs: Sequence[RunReport], dimension: str, score: str) -> tuple[float, float]:
    return mean_interval([report.scores["test"]["per_dimension"][dimension][score] for report in runs])


def _runs(rows: Mapping[str, Sequence[RunReport]]) -> str:
    """Say of each row how large the network is, how long it took, and by which command."""
    lines = []
    for name, runs in rows.items():
        first = runs[0]
        epochs = ", ".join(f"{report.best_epoch} of {len(report.history['loss'])}" for report in runs)
        seeds = ", ".join(str(report.seed) for report in runs)
        lines.append(
            f"- {name}: {first.parameters:,} parameters; seeds {seeds}; best epochs {epochs}; "
            f"{sum(report.seconds for report in runs):.0f} s"
        )
    data = first.data
    counts = ", ".join(f"{part} {data[part]['videos']} ({data[part]['frames']:,} frames)" for part in data)
    test = f"of one split ({data['test']['videos']} test videos)"
    ours = (
        f"± is the 95 % interval of the mean over seeds, {test}"
        if len(runs) > 1
        else "One seed, so no interval"
    )
    machine = f"{first.machine['processor']} ({first.machine['cores']} cores)"
    lines.append(
        f"\nVideos: {counts}; the split is {first.settings['split']}. {ours}. {machine}; `{first.command}`."
    )
    return "\n".join(lines)


def _pictures(
    table: str, rows: Mapping[str, Sequence[RunReport]], folders: Mapping[str, Path], out: Path
) -> None:
    """Write Figures 9 to 11 of the first seed, and the CCCs of all seeds."""
    curves = error_curves_picture(
        {name: runs[0].history for name, runs in rows.items()}, title="Mean squared error"
    )
    save_picture(curves, out / f"{table}-error.png", dpi=130)
    tables = {name: pd.read_csv(folder / "predictions.csv") for name, folder in folders.items()}
    save_picture(affect_curves_picture(tables, most_frames=400), out / f"{table}-predicted.png", dpi=110)
    ccc = {
        name: [report.scores["test"]["per_dimension"]["mean"]["ccc"] for report in runs]
        for name, runs in rows.items()
    }
    paper = {name: each["ccc"][2] for name, each in PUBLISHED.get(table, {}).items() if name in ccc}
    save_picture(
        interval_picture(ccc, paper, score="CCC, mean of valence and arousal", percent=False),
        out / f"{table}-ccc.png",
        dpi=130,
    )
