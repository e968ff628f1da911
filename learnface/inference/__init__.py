"""Recognise expressions in your own pictures and videos, and see where the network saw them.

Example:
    >>> from learnface.inference import Recognizer
    >>> recognizer = Recognizer()  # doctest: +SKIP
    >>> print(recognizer.predict("photo.jpg"))  # doctest: +SKIP
"""

from learnface.inference.explainer import Explainer, Explanation
from learnface.inference.grad_cam import GradCam, grad_cam
from learnface.inference.network import model_labels
from learnface.inference.recognizer import Recognizer

__all__ = ["Explainer", "Explanation", "GradCam", "Recognizer", "grad_cam", "model_labels"]
