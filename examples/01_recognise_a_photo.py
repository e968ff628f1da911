"""Find the faces in a photograph and name their expressions.

python examples/01_recognise_a_photo.py PHOTO
"""

import sys

from learnface.inference import Recognizer

recognizer = Recognizer()
table = recognizer.predict(sys.argv[1])
if table.empty:
    print("no face found")
for row in table.itertuples():
    print(f"face {row.face} at ({row.x:.0f}, {row.y:.0f}): {row.label}, {row.confidence:.0%}")
