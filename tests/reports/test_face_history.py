import numpy as np
import pandas as pd

from learnface.reports._face_history import FaceHistory, tick_label


def rows(times, face, values):
    return pd.DataFrame({"time": times, "face": face, "a": values, "b": -np.asarray(values, float)})


def test_means_of_bins():
    history = FaceHistory(["b", "a"], "lesson")
    history.add(rows([0.001, 0.002, 0.5], 3, [1.0, 3.0, 5.0]))
    times, values = history.means(3)
    np.testing.assert_allclose(values, [[-2, 2], [-5, 5]])
    np.testing.assert_allclose(times, [0.01, 0.51])
    assert history.heading(1) == "lesson" and history.heading(0).endswith(
        "(1 more faces, seen for a shorter time)"
    )


def test_short_faces_are_not_worth_a_row():
    history = FaceHistory(["a"])
    history.add(rows(np.arange(100) / 5, 0, np.zeros(100)))
    history.add(rows([1.0], 1, [0.0]))
    assert history.faces == [0, 1] and history.worth_a_row() == [0]
    assert abs(history.step() - 0.2) < 0.021


def test_tick_label():
    assert (tick_label(3723), tick_label(123), tick_label(2.5)) == ("1:02:03", "2:03", "0:02.5")
    assert [tick_label(0.04 * step) for step in range(3)] == ["0:00", "0:00.04", "0:00.08"]
    assert tick_label(0.1 + 0.2) == "0:00.3" and tick_label(62.04) == "1:02.04"
