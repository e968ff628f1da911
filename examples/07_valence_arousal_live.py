"""Valence and arousal of everybody before a camera, frame by frame: each face has a state of its own.

python examples/07_valence_arousal_live.py MODEL.keras CAMERA_OR_VIDEO

CAMERA_OR_VIDEO is the number of a camera, such as 0, or a video. The model is a recurrent one, of `learnface reproduce
mi2020` (see docs/guides/valence-arousal.md). Of a whole video `AffectRecognizer.stream` does the same in one call.
"""

import sys

import cv2
import numpy as np

from learnface.faces import FaceTracker, build_detector, crop_face
from learnface.inference import FaceStreams
from learnface.models import load

model = load(sys.argv[1])
source = int(sys.argv[2]) if sys.argv[2].isdigit() else sys.argv[2]
*_, height, width, channels = model.input_shape
detector, tracker, streams = build_detector(), FaceTracker(), FaceStreams(model)
camera = cv2.VideoCapture(source)
number = 0
while True:
    there, picture = camera.read()
    if not there:  # the video has ended, or the camera was unplugged
        break
    image = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    faces = detector.detect(image)
    numbers = tracker.update(faces)
    cut = [
        crop_face(image, face.box, (height, width), detector.margin, channels, detector.shift)
        for face in faces
    ]
    inputs = np.array(cut, np.float32).reshape(-1, height, width, channels) / 255
    for face, (valence, arousal) in zip(numbers, streams.update(numbers, inputs), strict=True):
        print(f"frame {number}, face {face}: valence {valence:+.2f}, arousal {arousal:+.2f}")
    streams.keep(tracker.active)  # who has left is forgotten
    number += 1
if not number:
    sys.exit(f"nothing can be read from {source}")
