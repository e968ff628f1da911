"""Keras callbacks that learnface adds: best weights on disk, resumable state, and progress with time left."""

from learnface.callbacks.best_weights import BestWeights
from learnface.callbacks.progress import Progress
from learnface.callbacks.training_state import TrainingState

__all__ = ["BestWeights", "Progress", "TrainingState"]
