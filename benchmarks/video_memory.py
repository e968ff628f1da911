"""Does predicting a long video take more memory than a short one? It must not: the ratio is to be <= 1.1.

    python benchmarks/video_memory.py                     # 1 and 10 minutes
    python benchmarks/video_memory.py --minutes 0.2 2     # shorter, for a busy machine
    python benchmarks/video_memory.py --va                # valence and arousal, by a recurrent model

Makes two clips of a face that moves over a background, recognises each in a process of its own with
`Recognizer.stream` or `AffectRecognizer.stream`, and compares the peaks of resident memory. Of frames a second
the first figure is by the clock, the second by the CPU time of all threads: on a busy machine trust the latter.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZE, FPS = (480, 640), 25
LABELS = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt")


def main() -> int:
    options = parse()
    if options.run:
        print(json.dumps(recognise(options.run, options)))
        return 0
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in options.minutes:
            clip = make_clip(Path(folder) / f"{minutes:g}-minutes.mp4", minutes, options.face)
            figures = in_own_process(clip)
            peaks.append(figures["peak_mib"])
            print(
                f"{minutes:g} minutes: {figures['frames']} frames, {figures['rows']} faces, "
                f"{figures['fps']:.1f} frames/s ({figures['cpu_fps']:.1f} by CPU time), "
                f"peak {figures['peak_mib']:.0f} MiB",
                flush=True,
            )
    ratio = peaks[-1] / peaks[0]
    print(f"peak memory, long over short: {ratio:.3f} (must be <= 1.1)")
    return int(ratio > 1.1)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", nargs=2, type=float, default=[1, 10], metavar=("SHORT", "LONG"))
    parser.add_argument("--face", type=Path, help="picture of a face (default: the portrait in matplotlib)")
    parser.add_argument("--model", help="a .keras file (default: the network of learnface)")
    parser.add_argument("--stand-in", action="store_true", help="a small random network in place of a model")
    parser.add_argument("--va", action="store_true", help="valence and arousal, by a VGG-19 and two LSTMs")
    parser.add_argument("--detector", default="viola_jones")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def make_clip(path: Path, minutes: float, face: Path | None) -> Path:
    import av
    import cv2
    import matplotlib
    import numpy as np

    face = face or Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    portrait = cv2.resize(cv2.imread(str(face)), (256, 300), interpolation=cv2.INTER_AREA)
    background = np.linspace(40, 160, SIZE[1], dtype=np.uint8)[None, :, None].repeat(SIZE[0], 0).repeat(3, 2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(round(60 * minutes * FPS)):
            image = background.copy()
            x = round((SIZE[1] - 256) * (0.5 + 0.5 * np.sin(number / 60)))
            y = round((SIZE[0] - 300) * (0.5 + 0.5 * np.sin(number / 97)))
            image[y : y + 300, x : x + 256] = portrait
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def in_own_process(clip: Path) -> dict:
    command = [sys.executable, __file__, *sys.argv[1:], "--run", str(clip)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def recognise(clip: Path, options: argparse.Namespace) -> dict:
    """Recognise a clip as `learnface predict` does, with its timeline, and measure."""
    from learnface.inference import AffectRecognizer, Recognizer
    from learnface.models import cnn_lstm
    from learnface.reports.affect_path import AffectPath
    from learnface.reports.timeline import Timeline

    if options.va:
        recognizer = AffectRecognizer(options.model or cnn_lstm((None, 64, 64, 3)), options.detector)
    elif options.stand_in:
        recognizer = Recognizer(stand_in(), LABELS, detector=options.detector)
    else:
        recognizer = Recognizer(options.model, detector=options.detector)
    timeline = AffectPath() if options.va else Timeline(recognizer.labels)
    frames = rows = 0

    def count(*_):
        nonlocal frames
        frames += 1

    begin, begin_cpu = time.perf_counter(), time.process_time()
    for table in recognizer.stream(clip, every=options.every, on_frame=count):
        timeline.add(table)
        rows += len(table)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    timeline.save(clip.with_suffix(".png"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    rates = {"fps": frames / seconds, "cpu_fps": frames / cpu}
    return {"frames": frames, "rows": rows, "peak_mib": peak, **rates}


def stand_in():
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Conv2D(32, 3, strides=2, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, strides=2, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(len(LABELS), activation="softmax")(x))


if __name__ == "__main__":
    sys.exit(main())
