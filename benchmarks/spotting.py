"""How well `learnface.micro.spot` finds micro-expressions in synthetic long videos.

    python benchmarks/spotting.py OUT [--tune]

Draws videos with learners, rooms and light of their own, in which three micro-expressions (0.25 to 0.5 s, 20 to 40 %
of a full expression) and one full expression pass while the head drifts and the eyes blink; writes each as H.264,
spots it from the file, and scores all intervals together (F1 at an intersection over union of 0.5). Rows with less
motion or more noise tell what is hard. Two checks: the same videos without micro-expressions, and intervals put
at random places.

`--tune` draws other videos, on which the settings' defaults were chosen, and prints their F1 for a grid of settings.
OUT gets `table.csv`, `videos.csv` and a picture of one curve. Figures on synthetic faces say nothing about people.
"""

import argparse
import itertools
import os
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pandas as pd

from learnface.files import atomic_path
from learnface.metrics import interval_f1
from learnface.micro.spotting import SpottingSettings, find_intervals, spot
from learnface.reports import markdown_table, save_picture, spotting_picture
from learnface.synthetic import Learner, synthesise_micro_video
from learnface.synthetic.media import write_video

TUNING, TEST = range(9000, 9006), range(9100, 9106)
CONDITIONS = {
    "usual": {},
    "head still": {"motion": 0.0},
    "head moves twice as much": {"motion": 0.3},
    "noise twice as strong": {"noise": 1.0},
    "no micro-expressions": {"events": 0},
}
_FEW = 2  # videos of the conditions but for the first


def main(out: Path, tune: bool) -> None:
    """Draw, spot, score, and print a table."""
    out.mkdir(parents=True, exist_ok=True)
    if tune:
        print(markdown_table(_grid([_spotted(seed, {}, out) for seed in TUNING]).head(12), index=False))
        return
    rows, videos = {}, []
    for name, change in CONDITIONS.items():
        seeds = TEST[: None if name == "usual" else _FEW]
        found = [_spotted(seed, change, out) for seed in seeds]
        truth = [_true(video) for video, _ in found]
        rows[name] = _scores(truth, [_pairs(result.intervals) for _, result in found])
        videos += [
            _row(name, seed, video, result) for seed, (video, result) in zip(seeds, found, strict=True)
        ]
        if name == "usual":
            rows["usual, intervals at random places"] = _at_random(found)
            save_picture(_picture(*found[0]), out / "curve.png", dpi=110)
    table = pd.DataFrame(rows).T.rename_axis("videos")
    for file, frame, index in (("table.csv", table, True), ("videos.csv", pd.DataFrame(videos), False)):
        with atomic_path(out / file) as temporary:
            frame.to_csv(temporary, index=index)
    print(markdown_table(table.astype({"number": int, "true": int})))
    print(f"Most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _spotted(seed: int, change: dict, out: Path) -> tuple:
    video = synthesise_micro_video(Learner(seed), seed=seed, size=160, zoom=1.25, **change)
    path = out / "video.mp4"
    write_video(path, np.stack(list(video.frames())), fps=round(video.fps))
    start = time.process_time()
    try:
        result = spot(path)
    finally:
        path.unlink()
    seconds = (time.process_time() - start) / video.length
    print(f"{seed} {change}: {len(result.intervals)} of {len(_true(video))}, {1000 * seconds:.0f} ms of CPU a frame",
          file=sys.stderr)  # fmt: skip
    return video, result


def _true(video) -> list[tuple[int, int]]:
    return [(event.onset, event.offset) for event in video.events if event.micro]


def _pairs(intervals: pd.DataFrame) -> list[list[int]]:
    return intervals[["onset", "offset"]].to_numpy().tolist()


def _scores(truth: list, spotted: list) -> dict[str, float]:
    return {"number": len(truth), "true": sum(map(len, truth)), **interval_f1(truth, spotted)}


def _at_random(found: list) -> dict[str, float]:
    """Score as many intervals of the same lengths at random places, on average over a hundred draws."""
    rng = np.random.default_rng(0)
    truth, draws = [_true(video) for video, _ in found], []
    for _ in range(100):
        moved = []
        for video, result in found:
            lengths = result.intervals["offset"] - result.intervals["onset"]
            starts = rng.integers(0, video.length - 20, len(lengths))
            moved.append(np.stack([starts, starts + lengths], axis=1).tolist())
        draws.append(_scores(truth, moved))
    return pd.DataFrame(draws).mean().to_dict()


def _row(name: str, seed: int, video, result) -> dict:
    score = interval_f1([_true(video)], [_pairs(result.intervals)])
    return {
        "condition": name,
        "seed": seed,
        "true": len(_true(video)),
        "spotted": len(result.intervals),
        **score,
    }


def _picture(video, result):
    truth = [(event.onset / video.fps, event.offset / video.fps, event.micro) for event in video.events]
    title = f"Synthetic video, {video.subject}: strain that came and went"
    return spotting_picture(result, [t[:2] for t in truth if t[2]], title=title)


def _grid(found: list) -> pd.DataFrame:
    truth, rows = [_true(video) for video, _ in found], []
    for threshold, edge in itertools.product((2.5, 3, 3.5, 4, 5), (0.5, 0.6, 0.7, 0.8)):
        settings = SpottingSettings(threshold=threshold, edge=edge)
        spotted = [_pairs(find_intervals(r.curve["strain"].to_numpy(), r.fps, settings)) for _, r in found]
        rows.append({"threshold": threshold, "edge": edge, **_scores(truth, spotted)})
    return pd.DataFrame(rows).sort_values("f1", ascending=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--tune", action="store_true")
    main(**vars(parser.parse_args()))
