import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from learnface.reports.affect_path import AffectPath


def circle(face, times, gap=None):
    turn = np.asarray(times) / 3
    table = pd.DataFrame(
        {"time": times, "face": face, "valence": 0.7 * np.cos(turn), "arousal": 0.7 * np.sin(turn)}
    )
    return table if gap is None else table[~table["time"].between(*gap)]


def test_curves_and_path_show_the_values(tmp_path):
    path = AffectPath("lesson.mp4")
    times = np.arange(0, 20, 0.2) + 0.01
    path.add(circle(4, times, gap=(8, 12)))
    figure = path.figure()
    left, right = figure.axes
    valence, arousal = (line.get_ydata() for line in left.get_lines())
    shown = np.isfinite(valence)
    assert (~shown).sum() == 1  # broken where the face was away
    np.testing.assert_allclose(np.hypot(valence[shown], arousal[shown]), 0.7, atol=1e-6)
    (segments,) = (c.get_segments() for c in right.collections if isinstance(c, LineCollection))
    assert len(segments) == shown.sum() - 1
    assert left.get_ylabel() == "face 4"
    words = {text.get_text() for text in right.texts}
    assert words == {"pleasant", "unpleasant", "aroused", "calm"}
    assert path.save(tmp_path / "path.png").stat().st_size > 10_000


@pytest.mark.parametrize("faces, panels", [(0, 1), (1, 2), (8, 12)])
def test_none_one_point_and_many_faces(tmp_path, faces, panels):
    path = AffectPath("x")
    for face in range(faces):
        path.add(circle(face, [0.5] if faces == 1 else np.arange(5) + 0.5))
    assert len(path.figure().axes) == panels
    path.save(tmp_path / "x.png")


def test_a_long_video_is_thinned():
    path = AffectPath()
    path.add(circle(0, np.arange(0, 3000, 0.2)))
    (segments,) = (c.get_segments() for c in path.figure().axes[1].collections)
    assert len(segments) == 299
