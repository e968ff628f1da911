"""Follow every face through a video: a table with a row a face and frame, and a timeline as a picture.

python examples/03_recognise_a_video.py VIDEO OUT_DIR

Memory does not grow with the video: rows are written as they come.
"""

import sys
from pathlib import Path

from learnface.inference import Recognizer
from learnface.reports import Timeline

video, out = Path(sys.argv[1]), Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)

recognizer = Recognizer()
timeline = Timeline(recognizer.labels, video.name)
with (out / "expressions.csv").open("w", encoding="utf-8", newline="") as file:
    for number, table in enumerate(recognizer.stream(video, fps=5, smoothing=0.6)):
        table.to_csv(file, index=False, header=number == 0)
        timeline.add(table)
timeline.save(out / "timeline.png")
print(f"{len(timeline.faces)} faces in {timeline.end:.1f} s; see {out / 'timeline.png'}")
