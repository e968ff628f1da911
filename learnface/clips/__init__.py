"""Faces in time: decoding, sampling, motion, augmentation, and datasets for training."""

from learnface.clips.augment import Augmentation, augment
from learnface.clips.dataset import ArraySource, evaluation_dataset

__all__ = ["ArraySource", "Augmentation", "augment", "evaluation_dataset"]
