"""`learnface synthesize`: write a corpus of synthetic learners, or a sheet of their faces."""

from pathlib import Path
from typing import Annotated

import typer

from learnface.cli._stopped import stopped
from learnface.errors import DataError

__all__ = ["synthesize"]


def synthesize(
    out: Annotated[
        Path | None, typer.Argument(help="Folder to write the corpus to; absent or empty.")
    ] = None,
    layout: Annotated[
        str, typer.Option(help="Whose layout on disk: ck_plus, fer2013, daisee, plain ...")
    ] = "plain",
    subjects: Annotated[int, typer.Option(help="Number of learners.")] = 20,
    clips: Annotated[int, typer.Option(help="Clips of each learner.")] = 8,
    size: Annotated[
        int | None, typer.Option(help="Rows and columns of a frame; the layout's usual one.")
    ] = None,
    frames: Annotated[int | None, typer.Option(help="Frames of a clip; the layout's usual number.")] = None,
    emotion: Annotated[list[str] | None, typer.Option(help="Only this emotion; may be repeated.")] = None,
    amplitude: Annotated[float, typer.Option(help="Factor of the usual strength.")] = 1.0,
    occluded: Annotated[
        float, typer.Option(help="Share of clips with a hand, mask or book before the face.")
    ] = 0.0,
    task: Annotated[
        str,
        typer.Option(
            help="emotions; temporal: only motion tells the labels apart; late, marker, late_marker (annotated_videos)."
        ),
    ] = "emotions",
    seed: Annotated[int, typer.Option(min=0, help="Which learners, and what they do.")] = 0,
    processes: Annotated[int, typer.Option(help="Worker processes.")] = 1,
    sheet: Annotated[
        Path | None, typer.Option(help="Write a picture of learners by emotions, and stop.")
    ] = None,
) -> None:
    """Write a corpus of synthetic learners: faces that nobody has, with labels that are certain.

    They serve demonstrations and tests. Accuracies on them say nothing about real learners.
    """
    from learnface.synthetic import EMOTIONS, Learner, write_corpus, write_sheet

    if sheet is not None:
        rows = min(subjects, 20)
        learners = [Learner(seed * 10_000 + place) for place in range(rows)]
        write_sheet(sheet, learners, emotions=emotion or tuple(EMOTIONS), size=size or 128)
        typer.echo(f"{sheet}: {rows} learners, {len(emotion or EMOTIONS)} emotions")
        return
    if out is None:
        raise DataError(
            "name the folder to write to:  learnface synthesize --layout ck_plus OUT  (or --sheet FILE)"
        )
    try:
        write_corpus(
            out,
            layout,
            subjects=subjects,
            clips_per_subject=clips,
            size=size,
            frames=frames,
            emotions=emotion,
            amplitude=amplitude,
            occluded=occluded,
            task=task,
            seed=seed,
            processes=processes,
        )
    except KeyboardInterrupt:
        raise stopped(f"{out} is not whole yet; give the same command again to go on") from None
    typer.echo(f"{out}: {subjects} learners, {subjects * clips} clips in the layout of {layout}")
    corpus = "synthetic" if layout == "plain" else layout
    typer.echo(f"look at it:  learnface check {out} --corpus {corpus}")
