"""What a network predicts for the frames of test videos, window by window and as a stream, and its scores."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd

from learnface.clips import WindowSource
from learnface.inference import StreamingModel
from learnface.metrics import affect_scores
from learnface.recipes._affect_data import AFFECT, AffectVideos

__all__ = ["predict_frames", "scores", "stream_frames"]

_AT_ONCE = 64  # frames of a video to read at a time


def predict_frames(model: keras.Model, videos: AffectVideos, source: WindowSource) -> pd.DataFrame:
    """Return a row for each annotated frame: what was annotated, and what the model predicts.

    Args:
        model: the trained network.
        videos: the videos.
        source: their windows, in which each annotated frame counts once.

    Returns:
        Columns `sample`, `position`, `time`, `valence`, `arousal`; `predicted_valence` and `predicted_arousal`, of
        the frame in its window; `streamed_valence` and `streamed_arousal`, of the frame in its video.
    """
    predicted = model.predict(source.in_order(), verbose=0)
    counts = source.weights > 0
    table = pd.DataFrame(
        {
            "place": np.broadcast_to(source.places[:, None], counts.shape)[counts],
            "position": source.frames[counts],
            **{f"predicted_{name}": predicted[counts][:, column] for column, name in enumerate(AFFECT)},
        }
    )
    table = table.merge(videos.frames, on=["place", "position"], validate="one_to_one")
    streamed = stream_frames(model, videos, source.batch_size)
    table = table.merge(streamed, on=["place", "position"], validate="one_to_one")
    table["sample"] = videos.faces.samples["sample"].to_numpy()[table["place"]]
    columns = ["sample", "position", "time", *AFFECT]
    columns += [f"{kind}_{name}" for kind in ("predicted", "streamed") for name in AFFECT]
    return table.sort_values(["place", "position"], ignore_index=True)[columns]


def stream_frames(model: keras.Model, videos: AffectVideos, batch_size: int) -> pd.DataFrame:
    """Return what the model predicts for each frame with a face, its state carried on from the first to the last.

    That is how `learnface predict --va` runs it on a video, where `predict_frames` begins anew with each window.

    Args:
        model: the trained network.
        videos: the videos.
        batch_size: how many videos to run side by side.

    Returns:
        Columns `place`, `position`, `streamed_valence`, `streamed_arousal`.
    """
    stream = StreamingModel(model)
    positions = {place: part["position"].to_numpy() for place, part in videos.frames.groupby("place")}
    longest_first = sorted(positions, key=lambda place: -len(positions[place]))
    parts = []
    for start in range(0, len(longest_first), batch_size):
        group = longest_first[start : start + batch_size]
        predicted = _streamed(stream, videos, [positions[place] for place in group], group)
        for place, values in zip(group, predicted, strict=True):
            columns = {f"streamed_{name}": values[:, column] for column, name in enumerate(AFFECT)}
            parts.append(pd.DataFrame({"place": place, "position": positions[place], **columns}))
    return pd.concat(parts, ignore_index=True)


def _streamed(
    stream: StreamingModel, videos: AffectVideos, positions: Sequence[np.ndarray], places: Sequence[int]
) -> list[np.ndarray]:
    """Return the outputs `(frames, outputs)` of videos run side by side, the longest first."""
    outputs: list[list[np.ndarray]] = [[] for _ in places]
    states = None
    for first in range(0, len(positions[0]), _AT_ONCE):
        chosen = [frames[first : first + _AT_ONCE] for frames in positions]
        pieces = [
            videos.faces.read_frames(place, frames)
            for place, frames in zip(places, chosen, strict=True)
            if len(frames)
        ]
        for number in range(len(chosen[0])):
            faces = np.stack([piece[number] for piece in pieces if number < len(piece)])
            # Those that have ended are the last ones.
            states = states and [state[: len(faces)] for state in states]
            found, states = stream.step(faces.astype(np.float32) / 255, states)
            for row, values in enumerate(found):
                outputs[row].append(values)
    return [np.stack(each) for each in outputs]


def scores(predictions: pd.DataFrame, kind: str = "predicted") -> dict[str, Any]:
    """Return CCC, Pearson's correlation and MSE, per dimension and mean, pooled and averaged over videos.

    Args:
        predictions: the frames that count.
        kind: `"predicted"`, window by window, or `"streamed"`.
    """
    true = predictions[list(AFFECT)].to_numpy()
    predicted = predictions[[f"{kind}_{name}" for name in AFFECT]].to_numpy()
    found = affect_scores(true, predicted, AFFECT, groups=predictions["sample"])
    per_video = found.pop("per_group")
    found["per_dimension"] = found["per_dimension"].to_dict(orient="index")
    found["mean_over_videos"] = per_video.drop(columns="frames").mean().to_dict()
    found["per_video"] = per_video.to_dict(orient="index")
    return found
