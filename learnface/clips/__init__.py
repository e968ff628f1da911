"""Frames in time: reading video."""

from learnface.clips.video import Frame, probe_video, read_video

__all__ = ["Frame", "probe_video", "read_video"]
