import numpy as np
import pytest

from learnface.errors import DataError
from learnface.metrics import expected_calibration_error, reliability_table
from learnface.reports import reliability_picture


@pytest.fixture
def scored(rng):
    probabilities = rng.dirichlet((1, 1, 1), 60)
    return rng.integers(0, 3, 60), probabilities


def test_bars_are_the_accuracies_and_titles_the_error(scored):
    table = reliability_table(*scored, bins=5)
    figure = reliability_picture({"raw": table, "again": table}, title="test")
    assert len(figure.axes) == 2 and "n = 60" in [text.get_text() for text in figure.axes[0].texts]
    filled = table[table["samples"] > 0]
    bars = figure.axes[0].patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], filled["accuracy"])
    np.testing.assert_allclose([bar.get_x() for bar in bars], filled["low"])
    error = expected_calibration_error(*scored, bins=5)
    assert figure.axes[0].get_title() == f"raw: calibration error {error:.2f}"


def test_a_dot_is_larger_where_more_samples_are(scored):
    table = reliability_table(*scored, bins=3)
    sizes = reliability_picture({"raw": table}).axes[0].collections[0].get_sizes()
    assert np.argmax(sizes) == table[table["samples"] > 0]["samples"].to_numpy().argmax()


def test_nothing_to_draw(scored):
    with pytest.raises(DataError, match="there are no samples"):
        reliability_picture({})
    with pytest.raises(DataError, match="'empty' has no samples"):
        reliability_picture({"empty": reliability_table(*scored).assign(samples=0)})
