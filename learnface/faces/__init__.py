"""One face: finding, following, aligning, normalising and cutting it."""

from learnface.faces.align import align_clip, align_face
from learnface.faces.crop import crop_face
from learnface.faces.detect import Face, build_detector, detect_faces
from learnface.faces.landmarkers import landmark_predictor
from learnface.faces.normalise import normalise_face
from learnface.faces.occlusion import occlude
from learnface.faces.regions import five_regions
from learnface.faces.tracks import FaceTracker

__all__ = [
    "Face",
    "FaceTracker",
    "align_clip",
    "align_face",
    "build_detector",
    "crop_face",
    "detect_faces",
    "five_regions",
    "landmark_predictor",
    "normalise_face",
    "occlude",
]
