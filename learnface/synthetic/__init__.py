"""Synthetic learners: faces and clips with known truth, drawn from a seed by NumPy and OpenCV alone."""

from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import Pose, Rendering, Scene, draw, render

__all__ = ["Learner", "Pose", "Rendering", "Scene", "draw", "render"]
