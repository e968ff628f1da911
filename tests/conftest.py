"""Shared by all tests: fixed seeds, no network, and a small FER2013."""

import os
import signal
import socket
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pandas as pd
import pytest

# A shell that starts the tests in the background lets them ignore Ctrl-C; tests of interruption need it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup():
    """Each test draws the same weights, whichever ran before it; Keras is not loaded where a test needs none."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Tests are offline: only loopback may be reached."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


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
    """FER2013 with FER+ votes, of 60 drawn faces, in the published files' own form."""
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
