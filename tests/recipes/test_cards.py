import numpy as np

from learnface.models import lenet5, load, save
from learnface.recipes._cards import classifier_card
from learnface.training import RunReport


def test_a_saved_network_is_ready_to_use(tmp_path):
    scores = {"accuracy": 0.5, "uar": 0.4, "calibration_error": 0.1, "confusion": []}
    report = RunReport("sun2020/lenet5", data={"train": {"samples": 28434}}, scores={"test": scores})
    model = lenet5(classes=3)
    path = tmp_path / "model.keras"
    save(model, path, classifier_card(report, model, ("a", "b", "c"), "FER2013"))
    loaded = load(path)
    assert loaded.card.labels == ("a", "b", "c") and loaded.card.input_shape == (48, 48, 1)
    assert loaded.card.corpus == "FER2013, 28,434 training faces"
    assert loaded.card.scores == {"accuracy": 0.5, "uar": 0.4, "calibration_error": 0.1}
    faces = np.zeros((1, 48, 48, 1), "float32")
    np.testing.assert_array_equal(loaded(faces), model(faces))
