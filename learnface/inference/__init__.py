"""Recognise expressions in your own pictures and videos.

Example:
    >>> from learnface.inference import Recognizer
    >>> recognizer = Recognizer()  # doctest: +SKIP
    >>> print(recognizer.predict("photo.jpg"))  # doctest: +SKIP
"""

from learnface.inference.affect import AffectRecognizer
from learnface.inference.network import model_labels
from learnface.inference.recognizer import Recognizer
from learnface.inference.streaming import FaceStreams, StreamingModel

__all__ = ["AffectRecognizer", "FaceStreams", "Recognizer", "StreamingModel", "model_labels"]
