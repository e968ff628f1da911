"""Export a network to ONNX, and run it without TensorFlow.

python examples/09_export_to_onnx.py PHOTO OUT_DIR      (needs: pip install "learnface[onnx]")

`export` also writes LiteRT (.tflite) and SavedModel (a folder), and checks that the outputs are the same. Beside the
model lies its card as JSON: the labels in order, and how faces are to be cut.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from learnface.faces import build_detector, crop_face
from learnface.models import export, fer_vgg

photo, out = sys.argv[1], Path(sys.argv[2])
export(fer_vgg(weights="ferplus_occluded"), out / "fer_vgg.onnx")

# From here on neither TensorFlow nor Keras is needed.
session = onnxruntime.InferenceSession(out / "fer_vgg.onnx")
card = json.loads((out / "fer_vgg.onnx.json").read_text(encoding="utf-8"))
image = np.asarray(Image.open(photo).convert("RGB"))
detector = build_detector()
for face in detector.detect(image):
    cut = crop_face(image, face.box, tuple(card["input_shape"][:2]), detector.margin, 1, detector.shift)
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: cut[None].astype(np.float32) / 255})[
        0
    ]
    print(f"{card['labels'][probabilities.argmax()]}, {probabilities.max():.0%}")
