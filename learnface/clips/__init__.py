"""Frames in time: video, motion, key frames, sampling, augmentation and datasets."""

__all__ = []
