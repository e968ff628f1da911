import numpy as np
import pandas as pd
import pytest

from learnface.micro import Spotting
from learnface.micro.spotting import find_intervals
from learnface.reports import save_picture, spotting_picture


@pytest.fixture
def spotting():
    strain = np.full(120, 0.01)
    strain[60:67] = [0.03, 0.06, 0.09, 0.1, 0.09, 0.06, 0.03]
    strain[:8] = np.nan
    curve = pd.DataFrame({"frame": np.arange(120), "time": np.arange(120) / 30, "strain": strain})
    return Spotting(find_intervals(strain, 30), curve, 0.035, 30.0)


def test_curve_threshold_intervals_and_truth_are_drawn(spotting, tmp_path):
    figure = spotting_picture(spotting, truth=[(2.0, 2.3), (3.0, 3.2)], title="lesson.mp4")
    (axes,) = figure.axes
    curve, threshold, apex, *bars = axes.lines
    np.testing.assert_array_equal(curve.get_ydata(), spotting.curve["strain"])
    assert set(threshold.get_ydata()) == {0.035}
    assert (apex.get_xdata()[0], apex.get_ydata()[0]) == (63 / 30, 0.1)
    assert [bar.get_xdata().tolist() for bar in bars] == [[2.0, 2.3], [3.0, 3.2]]
    assert axes.get_title(loc="left") == "spotted: 1 (blue), true: 2 (orange bars)"
    (span,) = axes.patches
    assert span.get_x() == pytest.approx(60 / 30) and span.get_width() == pytest.approx(6 / 30)
    assert save_picture(figure, tmp_path / "curve.png", dpi=40).stat().st_size > 1000


def test_long_videos_are_thinned_and_empty_ones_drawn(spotting):
    long = pd.concat([spotting.curve] * 400, ignore_index=True)
    long["time"] = np.arange(len(long)) / 30
    figure = spotting_picture(Spotting(spotting.intervals.iloc[:0], long, 0.035, 30.0))
    assert len(figure.axes[0].lines[0].get_xdata()) <= 20_000
