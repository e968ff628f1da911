"""wang2020, Tables 1 to 6: VGGFace and VGG-19 on CK+, and on learners' expressions with and without time.

Wang Z. et al. (2020), learners' expression recognition by VGGFace-LSTM. A backbone is pretrained on the frames
near the apex of CK+ (Table 1), frozen, and its features are classified on BNU-LSVED: single pictures (Tables 2
to 4), and sequences of ten frames by an LSTM, a simple recurrent layer, their mean, or one frame (Tables 5
and 6).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from learnface.arguments import check_above, check_least, check_seed
from learnface.errors import DataError
from learnface.files import write_text
from learnface.recipes._wang2020_runs import Runs, Settings
from learnface.recipes._wang2020_tables import TABLES, describe

__all__ = ["BACKBONES", "run"]

BACKBONES = "vggface:vggface,vgg19:imagenet,vgg16:imagenet"
"""The paper's, each with where its weights begin."""


def run(
    data: str | Path,
    out: str | Path,
    *,
    tables: Sequence[str] | None = None,
    seed: int = 0,
    seeds: int = 1,
    split: str = "subject",
    backbones: str = BACKBONES,
    stills: str = "ck_plus",
    clips: str = "bnu_lsved",
    pretraining_epochs: int = 30,
    epochs: int = 100,
    learning_rate: float = 2e-4,
    batch_size: int = 32,
    units: int = 256,
    dense: Sequence[int] = (4096, 4096),
    size: int = 64,
    frames: int = 10,
    every: int | None = None,
    detector: str | None = "viola_jones",
    landmarks: str | None = None,
    processes: int = 1,
) -> dict[str, list[dict]]:
    """Run the recipe; whatever was stopped goes on, whatever is done is kept.

    Args:
        data: folder with the folders `ck_plus` and `bnu_lsved` (or whatever `stills` and `clips` name); or,
            where one corpus is enough for the tables asked for, that corpus.
        out: folder to write to: faces, runs, pictures and `table.md`.
        tables: which of the paper's tables, `"1"` to `"6"`; all by default.
        seed: the first seed, of split, weights, order and augmentation.
        seeds: how many seeds; with two or more the table has intervals.
        split: `"subject"`: nobody is in two splits; `"paper"`: at random by sample, as the paper has it, so that
            the same faces are in training and test.
        backbones: the backbones, as `name:weights` or `name`, with commas between them.
        stills: corpus of the pretraining.
        clips: corpus of the sequences; any other than BNU-LSVED has Table 5 alone.
        pretraining_epochs: largest number of epochs on `stills`.
        epochs: largest number of epochs of each head.
        learning_rate: of Nadam, for both; the paper's is 0.0002.
        batch_size: samples a batch; the paper is silent.
        units: width of the recurrent layers; the paper is silent.
        dense: widths of the dense layers in front of the classifier of single pictures; the paper's have three
            layers, the classifier being the last, and it prints no widths (4096 are VGG's own).
        size: side of a face in pixels.
        frames: frames of a sequence.
        every: take every such frame of a sequence before `frames` of them are chosen at even steps; None takes the
            paper's every 4th where BNU-LSVED has sequences of 40, and all elsewhere.
        detector: see `learnface.clips.PrepareSettings`.
        landmarks: see `learnface.clips.PrepareSettings`; the paper aligns by dlib's 68 points, `"dlib68"`.
        processes: how many processes prepare the faces.

    Returns:
        For each run, by `row/backbone`, the test scores of each seed.

    Raises:
        DataError: there is no such table, a corpus is missing, or an argument is wrong.
    """
    chosen = tuple(str(table) for table in (tables or TABLES))
    unknown = sorted(set(chosen) - set(TABLES))
    if unknown:
        raise DataError(f"wang2020 has no table {', '.join(unknown)}: choose from {', '.join(TABLES)}")
    backbones = _backbones(backbones)
    chosen = _possible(chosen, clips, backbones, asked=tables is not None)
    if split not in ("subject", "paper"):
        raise DataError(f"split must be 'subject' or 'paper', not {split!r}")
    check_seed(seed, seeds)
    check_least(1, pretraining_epochs=pretraining_epochs, epochs=epochs, batch_size=batch_size, units=units)
    check_least(1, dense=dense, size=size, frames=frames, every=every, processes=processes)
    check_above(0, learning_rate=learning_rate)
    settings = Settings(
        data=Path(data),
        out=Path(out),
        split=split,
        backbones=backbones,
        stills=stills,
        clips=clips,
        pretraining_epochs=pretraining_epochs,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        units=units,
        dense=(dense,) if isinstance(dense, int) else tuple(dense),
        size=size,
        frames=frames,
        every=every,
        detector=None if detector == "none" else detector,
        landmarks=landmarks,
        processes=processes,
    )
    runs = Runs(settings)
    runs.check(row for table in chosen for row in TABLES[table].rows)
    for number in range(seed, seed + seeds):
        for backbone in settings.backbones:
            for table in chosen:
                for row in TABLES[table].rows:
                    if _goes_with(table, backbone):
                        runs.score(row, backbone, number)
                        write_text(settings.out / "table.md", describe(chosen, runs.scores, settings))
    return runs.scores


def _possible(
    tables: tuple[str, ...], clips: str, backbones: Mapping[str, str | None], *, asked: bool
) -> tuple[str, ...]:
    """Return the tables that the corpus and the backbones can have; one that was asked for must be among them."""
    possible = tuple(
        table
        for table in tables
        if (clips == "bnu_lsved" or table in ("1", "5"))
        and any(_goes_with(table, backbone) for backbone in backbones)
    )
    if not possible or (asked and possible != tables):
        left_out = ", ".join(table for table in tables if table not in possible)
        raise DataError(
            f"tables {left_out} cannot be had of {clips} with {', '.join(backbones)}: corpora other than bnu_lsved "
            "have tables 1 and 5, and each table has backbones of its own"
        )
    return possible


def _goes_with(table: str, backbone: str) -> bool:
    """Tell whether a table has a backbone: its own ones of the paper's, and any that the paper has not."""
    return backbone in TABLES[table].backbones or backbone not in ("vggface", "vgg19", "vgg16")


def _backbones(text: str) -> dict[str, str | None]:
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    if not pairs:
        raise DataError("backbones names none: give them as in vggface:vggface,vgg19:imagenet")
    return {name: weights or None for name, _, weights in pairs}
