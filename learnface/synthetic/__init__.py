"""Synthetic learners: faces and clips with known truth, drawn from a seed by NumPy and OpenCV alone.

They serve demonstrations and tests. Accuracies on them say nothing about real learners.
"""

from learnface.synthetic.camera import Pose, Scene
from learnface.synthetic.clips import (
    TEMPORAL_TASKS,
    SyntheticClip,
    synthesise_clip,
    synthesise_temporal_clip,
    synthesise_video,
)
from learnface.synthetic.corpus import LAYOUTS, write_corpus
from learnface.synthetic.expressions import BASIC, EMOTIONS, LEARNING
from learnface.synthetic.learner import Learner
from learnface.synthetic.micro_videos import MicroEvent, MicroVideo, synthesise_micro_video
from learnface.synthetic.renderer import Rendering, draw, render
from learnface.synthetic.sheets import sheet, write_sheet

__all__ = [
    "BASIC",
    "EMOTIONS",
    "LAYOUTS",
    "LEARNING",
    "Learner",
    "MicroEvent",
    "MicroVideo",
    "Pose",
    "Rendering",
    "Scene",
    "SyntheticClip",
    "TEMPORAL_TASKS",
    "draw",
    "render",
    "sheet",
    "synthesise_clip",
    "synthesise_micro_video",
    "synthesise_temporal_clip",
    "synthesise_video",
    "write_corpus",
    "write_sheet",
]
