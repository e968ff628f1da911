"""Faces in time: decoding, sampling, motion, augmentation, and datasets for training."""

from learnface.clips.balance import class_weights, sample_weights
from learnface.clips.keyframes import key_frames
from learnface.clips.magnification import magnify_motion
from learnface.clips.micro import MicroClip, MicroSettings, micro_clip
from learnface.clips.micro_cache import MicroClips, prepare_micro
from learnface.clips.motion import dense_flow, flow_clip, onset_apex_flow
from learnface.clips.prepare import NoFaceWarning, PrepareSettings, prepare
from learnface.clips.prepared import Prepared
from learnface.clips.sampling import centre_trim_pad, every_nth, interpolate_clip, sliding_windows, uniform
from learnface.clips.video import Frame, probe_video, read_video
from learnface.lazy import lazy_names

__all__ = [
    "ArraySource",
    "Augmentation",
    "Frame",
    "MicroClip",
    "MicroClips",
    "MicroSettings",
    "NoFaceWarning",
    "PrepareSettings",
    "Prepared",
    "PreparedSource",
    "WindowSource",
    "augment",
    "centre_trim_pad",
    "class_weights",
    "dense_flow",
    "evaluation_dataset",
    "every_nth",
    "flow_clip",
    "interpolate_clip",
    "key_frames",
    "magnify_motion",
    "micro_clip",
    "onset_apex_flow",
    "prepare",
    "prepare_micro",
    "probe_video",
    "read_video",
    "sample_weights",
    "sliding_windows",
    "uniform",
]

# These load TensorFlow.
__getattr__ = lazy_names(
    __name__,
    {
        "ArraySource": "dataset",
        "Augmentation": "augmentation",
        "PreparedSource": "dataset",
        "WindowSource": "windows",
        "augment": "augmentation",
        "evaluation_dataset": "dataset",
    },
)
