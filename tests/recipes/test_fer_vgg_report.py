import pytest

from learnface.faces.occlusion import KINDS
from learnface.files import sha256
from learnface.recipes._data import NEW_FACES
from learnface.recipes._fer_vgg_report import card, table
from learnface.training import RunReport, score_probabilities


@pytest.fixture
def report():
    right = score_probabilities(
        [0, 1, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.1, 0.9]], ("calm", "glad")
    )
    wrong = score_probabilities(
        [0, 1, 0, 1], [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.9, 0.1]], ("calm", "glad")
    )
    scores = dict.fromkeys(("test", "test flipped", "validation", NEW_FACES), right)
    scores |= {f"{split}, {kind}": wrong for split in ("test", "validation") for kind in KINDS}
    return RunReport(
        "fer_vgg-ours",
        parameters=1,
        settings={"input_occlusion": 0.5},
        seed=3,
        history={"loss": [1.0, 0.5]},
        best_epoch=2,
        scores=scores,
        command="learnface reproduce fer_vgg",
        machine={"processor": "abacus", "cores": 2},
    )


def test_faces_as_they_are_and_occluded_stand_beside_what_others_reach(report):
    text = table([report])
    row = next(line for line in text.splitlines() if line.startswith("| fer_vgg-ours"))
    assert [cell.strip() for cell in row.split("|")[2:6]] == ["100.00", "100.00", "100.00", "50.00"]
    assert "VGG13 on FER+" in text and "Seed 3, best epoch 2 of 2" in text
    choice = text[text.index("## PublicTest") : text.index("per class")]
    assert "75.00" in choice  # the mean of both
    assert "| glad" in text


def test_the_card_says_what_the_weights_learnt_from_and_which_file_they_are(report, tmp_path):
    weights = tmp_path / "ours.npz"
    weights.write_bytes(b"weights")
    made = card(report, ("calm", "glad"), "majority labels", weights)
    assert made.labels == ("calm", "glad") and made.sha256 == sha256(weights)
    assert made.protocol.startswith("the lower half of 50% of the training faces occluded; epoch")
    assert made.protocol.endswith("majority labels")
    assert made.scores["accuracy"] == 1 and made.scores["accuracy_occluded"] == 0.5
    report.settings = {}
    assert card(report, ("calm", "glad"), "majority labels", weights).protocol.startswith("epoch")
