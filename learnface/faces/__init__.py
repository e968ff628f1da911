"""One face: finding, aligning, normalising and cutting it."""

from learnface.faces.align import align_clip, align_face
from learnface.faces.landmarkers import landmark_predictor
from learnface.faces.normalise import normalise_face
from learnface.faces.occlusion import occlude
from learnface.faces.regions import five_regions

__all__ = ["align_clip", "align_face", "five_regions", "landmark_predictor", "normalise_face", "occlude"]
