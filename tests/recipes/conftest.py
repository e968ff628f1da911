"""A FER2013 of 60 drawn faces with FER+ votes, in the published files' own form."""

import numpy as np
import pandas as pd
import pytest

VOTES = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
)


@pytest.fixture
def small_fer2013(tmp_path):
    rng = np.random.default_rng(0)
    rows, votes = [], []
    for number in range(60):
        usage = ("Training", "PublicTest", "PrivateTest")[min(number // 30, 1) + (number >= 45)]
        emotion, image = number % 7, rng.integers(0, 90, (48, 48))
        image[6 * emotion : 6 * emotion + 6] += 150
        rows.append((emotion, " ".join(map(str, image.ravel())), usage))
        count = np.zeros(10, int)
        count[number % 8], count[8] = 8, 2
        votes.append((usage, f"fer{number:07d}.png", *count))
    pd.DataFrame(rows, columns=["emotion", "pixels", "Usage"]).to_csv(tmp_path / "fer2013.csv", index=False)
    table = pd.DataFrame(votes, columns=["Usage", "Image name", *VOTES])
    table.to_csv(tmp_path / "fer2013new.csv", index=False)
    return tmp_path
