import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.metrics import concordance
from learnface.recipes._affect_run import AffectSettings, scores

SETTINGS = {
    "frames": 4, "batch_size": 4, "epochs": 1, "patience": None, "learning_rate": 0.01, "optimizer": "adam",
    "loss": "mse", "width": 0.05, "kernel_size": 3, "backbone_weights": None, "layer": None, "jit_compile": False,
}  # fmt: skip


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


@pytest.mark.parametrize("wrong", [{"optimizer": "nadam"}, {"loss": "mae"}])
def test_wrong_settings(wrong):
    with pytest.raises(DataError, match="choose one of"):
        AffectSettings(**(SETTINGS | wrong))
