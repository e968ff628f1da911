"""Fine-tune a sequence model on your own labelled clips: a folder a class, in it a folder a person.

python examples/04_fine_tune_on_your_clips.py CLIPS OUT_DIR [EPOCHS]

Nobody is in training and test alike. Start it again after a stop and it goes on where it was. The saved model goes
straight into `learnface predict --model OUT_DIR/model.keras lesson.mp4`.
"""

import sys

from learnface.corpora import labelled_clips
from learnface.reports import confusion_picture, save_picture
from learnface.transfer import Stage, fine_tune

clips, out = sys.argv[1], sys.argv[2]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 60

result = fine_tune(
    labelled_clips.index(clips),
    out,
    model="vggface_lstm",
    backbone="fer_vgg",  # "vggface" with weights="vggface" is the paper's; see docs/weights.md
    weights="ferplus",
    stages=[
        Stage(epochs, 1e-3, train="head"),  # the new head, on features that are computed once
        Stage(max(1, epochs // 3), 1e-4),  # then everything, gently
    ],
)
low, high = result.scores["accuracy_interval"]
print(f"accuracy {result.scores['accuracy']:.0%} ({low:.0%} to {high:.0%}), UAR {result.scores['uar']:.0%}")
save_picture(
    confusion_picture(result.scores["confusion"], result.scores["labels"]),
    result.path.parent / "confusion.png",
)
print(f"saved {result.path}")
