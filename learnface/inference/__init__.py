"""Recognise expressions in your own pictures and videos.

Example:
    >>> from learnface.inference import Recognizer
    >>> recognizer = Recognizer()  # doctest: +SKIP
    >>> print(recognizer.predict("photo.jpg"))  # doctest: +SKIP
"""

from learnface.inference.network import model_labels
from learnface.inference.recognizer import Recognizer

__all__ = ["Recognizer", "model_labels"]
