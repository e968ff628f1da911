"""Keras callbacks that learnface adds: best weights on disk, scores of whole epochs, resumable state, progress."""

from learnface.callbacks.best_weights import BestWeights
from learnface.callbacks.epoch_scores import EpochScores
from learnface.callbacks.progress import Progress
from learnface.callbacks.training_state import TrainingState

__all__ = ["BestWeights", "EpochScores", "Progress", "TrainingState"]
