"""Show where in each face of a photograph a network saw its expression (Grad-CAM).

python examples/08_explain_a_prediction.py PHOTO PICTURE.png [LABEL]
"""

import sys

from learnface.inference import Explainer
from learnface.reports import grad_cam_picture, save_picture

photo, picture = sys.argv[1:3]
label = sys.argv[3] if len(sys.argv) > 3 else None  # None: the likeliest of each face

explanations = Explainer().picture(photo, label=label)
for one in explanations:
    print(f"{one.label}: {one.value:.0%}")
if explanations:
    save_picture(grad_cam_picture(explanations), picture)
else:
    print("no face found")
