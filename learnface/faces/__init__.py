"""One face: find it, follow it, cut it out."""

from learnface.faces.crop import crop_face
from learnface.faces.detect import Face, build_detector, detect_faces
from learnface.faces.tracks import FaceTracker

__all__ = ["Face", "FaceTracker", "build_detector", "crop_face", "detect_faces"]
