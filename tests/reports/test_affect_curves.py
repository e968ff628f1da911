import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.reports.affect_curves import affect_curves_picture, error_curves_picture


def predictions(frames=30):
    time = np.arange(frames)
    return pd.DataFrame(
        {
            "sample": np.where(time < frames // 2, "a", "b"),
            "valence": np.sin(time / 5),
            "arousal": np.cos(time / 5),
            "predicted_valence": 0.5 * np.sin(time / 5),
            "predicted_arousal": 0.5 * np.cos(time / 5),
        }
    )


def test_error_curves():
    histories = {
        "lstm": {"mse": [0.3, 0.2, 0.1], "val_mse": [0.3, 0.25, 0.26]},
        "conv_lstm": {"mse": [0.2, 0.1], "val_mse": [0.2, 0.2]},
    }
    training, validation = error_curves_picture(histories).axes
    assert [line.get_ydata().tolist() for line in training.get_lines()] == [[0.3, 0.2, 0.1], [0.2, 0.1]]
    assert validation.get_lines()[0].get_ydata().tolist() == [0.3, 0.25, 0.26]
    assert len({line.get_color() for line in training.get_lines()}) == 2
    with pytest.raises(DataError, match="'gru'.*val_mse"):
        error_curves_picture({"gru": {"mse": [0.1]}})
    with pytest.raises(DataError, match="no network"):
        error_curves_picture({})


def test_predictions_over_annotations():
    table = predictions()
    figure = affect_curves_picture({"lstm": table, "conv_lstm": table}, most_frames=20)
    assert len(figure.axes) == 4
    annotated, predicted, border = figure.axes[1].get_lines()
    np.testing.assert_allclose(annotated.get_ydata(), table["arousal"][:20])
    np.testing.assert_allclose(predicted.get_ydata(), table["predicted_arousal"][:20])
    assert border.get_xdata()[0] == 14.5  # where video b begins
    with pytest.raises(DataError, match="empty"):
        affect_curves_picture({"lstm": table[:0]})
