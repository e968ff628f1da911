"""Recognise expressions in your own pictures and videos, and see where the network saw them.

Example:
    >>> from learnface.inference import Recognizer
    >>> recognizer = Recognizer()  # doctest: +SKIP
    >>> print(recognizer.predict("photo.jpg"))  # doctest: +SKIP
"""

from learnface.inference.affect import AffectRecognizer
from learnface.inference.explainer import Explainer, Explanation
from learnface.inference.grad_cam import GradCam, grad_cam
from learnface.inference.network import model_labels
from learnface.inference.recognizer import Recognizer
from learnface.inference.streaming import FaceStreams, StreamingModel

__all__ = [
    "AffectRecognizer",
    "Explainer",
    "Explanation",
    "FaceStreams",
    "GradCam",
    "Recognizer",
    "StreamingModel",
    "grad_cam",
    "model_labels",
]
