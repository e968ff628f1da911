"""The card of a network that a recipe on still faces has trained."""

from collections.abc import Sequence

import keras

from learnface.models import ModelCard
from learnface.training import RunReport

__all__ = ["classifier_card"]


def classifier_card(report: RunReport, model: keras.Model, labels: Sequence[str], corpus: str) -> ModelCard:
    """Return what one must know to use a network trained on FER2013's faces, as by `learnface predict --model`.

    Args:
        report: of the scored run, whose validation split chose the epoch.
        model: the network, for grey faces.
        labels: class names in the order of its outputs.
        corpus: what it was trained on, in words.
    """
    test = report.scores["test"]
    return ModelCard(
        model=report.name,
        labels=tuple(labels),
        input_shape=tuple(model.input_shape[1:]),
        colour="grey",
        face="upright square cut from above the eyebrows to the chin, as in FER2013",
        corpus=f"{corpus}, {report.data['train']['samples']:,} training faces",
        protocol="PublicTest chose the epoch; scores on PrivateTest",
        scores={name: test[name] for name in ("accuracy", "uar", "calibration_error")},
    )
