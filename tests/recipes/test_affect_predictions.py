import keras
import numpy as np
import pandas as pd
import pytest
from checks.films import write_video

from learnface.clips import PrepareSettings
from learnface.metrics import concordance
from learnface.recipes._affect_data import load_videos, windows
from learnface.recipes._affect_networks import build_network
from learnface.recipes._affect_predictions import predict_frames, scores, stream_frames


def test_scores_are_of_all_frames_at_once_and_of_each_video():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.uniform(-1, 1, (40, 4)), columns=["valence", "arousal", "predicted_valence", "predicted_arousal"]
    )
    table["sample"] = np.repeat(["a", "b", "c", "d"], 10)
    table["predicted_arousal"] += table["sample"] == "d"
    found = scores(table)
    pooled = concordance(table["arousal"], table["predicted_arousal"])
    each = [concordance(part["arousal"], part["predicted_arousal"]) for _, part in table.groupby("sample")]
    assert found["per_dimension"]["arousal"]["ccc"] == pytest.approx(pooled)
    assert found["mean_over_videos"]["ccc_arousal"] == pytest.approx(np.mean(each))
    assert abs(pooled - np.mean(each)) > 0.005  # the trap: they are not the same figure
    assert found["per_video"]["c"]["frames"] == 10
    table["streamed_valence"], table["streamed_arousal"] = table["valence"], -table["arousal"]
    streamed = scores(table, "streamed")["per_dimension"]
    assert streamed["valence"]["ccc"] == 1 and streamed["arousal"]["ccc"] < 0


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Three videos of 11, 5 and 7 frames, of which the second frame has no rating."""
    root, rng = tmp_path_factory.mktemp("annotated"), np.random.default_rng(0)
    rows = ["video,time,valence,arousal"]
    for video, count in enumerate((11, 5, 7)):
        light = rng.integers(0, 255, (count, 1, 1))
        write_video(root / f"v{video}.avi", np.broadcast_to(light, (count, 16, 16)).astype(np.uint8), fps=5)
        rows += [f"v{video}.avi,{t / 5},{light[t, 0, 0] / 255},0.5" for t in range(count) if t != 1]
    (root / "annotations.csv").write_text("\n".join(rows) + "\n")
    how = PrepareSettings(detector=None, size=16, equalise=None, missing="drop")
    return load_videos(root, "annotated_videos", root / "faces", how)


def test_streams_are_whole_videos_side_by_side(videos, monkeypatch):
    monkeypatch.setattr("learnface.recipes._affect_predictions._AT_ONCE", 3)  # of 11, 7 and 5 frames
    keras.utils.set_random_seed(0)
    model = build_network("fer_vgg_lstm", (4, 16, 16, 1), width=0.05)
    whole = build_network("fer_vgg_lstm", (None, 16, 16, 1), width=0.05)
    whole.set_weights(model.get_weights())
    found = stream_frames(model, videos, batch_size=2).set_index(["place", "position"]).sort_index()
    for place in range(3):
        clip = videos.faces.read([place]).astype("float32") / 255
        np.testing.assert_allclose(found.loc[place], whole.predict(clip, verbose=0)[0], atol=1e-5)
    source = windows(videos, count=4, stride=4, once=True, batch_size=2)
    table = predict_frames(model, videos, source)
    assert len(table) == videos.annotated.sum() == 20
    first, later = table["position"] < 4, table["position"] >= 4
    for name in ("valence", "arousal"):
        ours, streamed = table[f"predicted_{name}"], table[f"streamed_{name}"]
        np.testing.assert_allclose(
            ours[first], streamed[first], atol=1e-5
        )  # a window begins where a video does
        assert (ours[later] - streamed[later]).abs().max() > 1e-5
