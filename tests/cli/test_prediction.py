import pandas as pd
import pytest

from learnface.cli._prediction import _VideoShares


def rows(*pairs):
    return pd.DataFrame(pairs, columns=["face", "label"])


def test_shares_and_seconds_of_each_face():
    shares = _VideoShares(("glad", "sad"), frame_time=0.1)
    for frame in range(10):
        shares.see(frame * 0.5)
    shares.add(rows((0, "glad"), (1, "sad"), (0, "glad"), (0, "glad")))
    shares.add(rows((0, "sad"), (1, "sad")))
    first, second = shares.summaries()
    assert (first.face, second.face) == (0, 1)
    assert first.shares == pytest.approx({"glad": 0.75, "sad": 0.25})
    assert list(second.shares.items()) == [("sad", 1.0), ("glad", 0.0)]
    assert (first.seconds, second.seconds) == pytest.approx((2.0, 1.0))


def test_one_frame_lasts_as_long_as_a_frame():
    shares = _VideoShares(("glad", "sad"), frame_time=0.04)
    shares.see(0.0)
    shares.add(rows((0, "glad")))
    assert shares.summaries()[0].seconds == pytest.approx(0.04)
