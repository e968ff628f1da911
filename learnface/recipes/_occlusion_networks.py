"""The networks that the occlusion recipe compares, and the settings they share."""

import dataclasses

import keras

from learnface.arguments import check_above, check_least, check_share
from learnface.clips import Augmentation
from learnface.errors import DataError
from learnface.faces.occlusion import AREAS
from learnface.labels import FERPLUS
from learnface.layers import RandomOcclusion
from learnface.models import fer_vgg, five_branch
from learnface.models.backbones import BACKBONES, build_backbone
from learnface.models.five_branch import ATTENTIONS

__all__ = ["MODELS", "PAPER_MARGIN", "Plan", "SCHEDULES", "build", "plan_of"]

MODELS = {
    "plain": "the backbone alone, with a classifier",
    "plain_occluded": "plain, with the lower half of every second training face randomly occluded",
    "five_branch": "the five-branch network as the paper has it",
    "five_branch_occluded": "five_branch, with the lower half of every second training face randomly occluded, "
    "before its regions are cut",
    "five_branch_best": "five_branch_occluded with normalised attention, and a fifth of the regions left out in "
    "training",
    "five_branch_separate": "five_branch_occluded with normalised attention, and a backbone for each picture",
    "distilled": "plain_occluded, trained towards the mean of its labels and what five_branch_best of the same seed "
    "says of the whole, clean face",
    "distilled_separate": "plain_occluded, trained towards the mean of its labels and what five_branch_separate of "
    "the same seed says of the whole, clean face",
}
PAPER_MARGIN = 0.03
SCHEDULES = {
    "steps": "to a tenth after each third of the epochs, as after every ten of the paper's thirty",
    "cosine": "to zero along half a cosine",
}
"""How the learning rate falls."""
_OPTIONS = {
    "plain_occluded": {"input_occlusion": 0.5},
    "five_branch_occluded": {"input_occlusion": 0.5},
    "five_branch_best": {"input_occlusion": 0.5, "attention": "normalised", "region_dropout": 0.2},
    "five_branch_separate": {"input_occlusion": 0.5, "attention": "normalised", "shared": False},
    "distilled": {"input_occlusion": 0.5, "teacher": "five_branch_best"},
    "distilled_separate": {"input_occlusion": 0.5, "teacher": "five_branch_separate"},
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """The settings of a run; they are recorded with it.

    Attributes:
        backbone: a name of `learnface.models.backbones.BACKBONES`.
        initial_weights: of the backbone, or None for random ones.
        initial_classifier: whether the classifier, too, starts from the initial weights; for `fer_vgg` with
            weights of FER+'s classes.
        size: side of the network's pictures in pixels.
        attention: of `five_branch`.
        shared: whether one backbone serves all branches of `five_branch`.
        region_dropout: of `five_branch`.
        input_occlusion: chance for a training face to have its lower half occluded before anything else.
        teacher: the network of `MODELS` whose probabilities are half of the training targets, or None.
        votes: whether to train towards the distribution of votes, in place of the majority's class.
        epochs: of each run; validation chooses the best of them.
        batch_size: faces a batch.
        learning_rate: the first one.
        schedule: how it falls, one of `SCHEDULES`.
        weight_decay: of SGD.
        dropout: in front of the classifier.
        augmentation: of the training faces.

    Raises:
        DataError: a setting is not as described.
    """

    backbone: str = "fer_vgg"
    initial_weights: str | None = "ferplus"
    initial_classifier: bool = False
    size: int = 48
    attention: str = "sigmoid"
    shared: bool = True
    region_dropout: float = 0.0
    input_occlusion: float = 0.0
    teacher: str | None = None
    votes: bool = True
    epochs: int = 4
    batch_size: int = 64
    learning_rate: float = 0.01
    schedule: str = "steps"
    weight_decay: float = 5e-4
    dropout: float = 0.4
    augmentation: Augmentation = Augmentation(
        flip=True, rotation=15, zoom=0.12, shift=0.06, brightness=0.06, contrast=0.2, erase=0.5
    )

    def __post_init__(self):
        if self.attention not in ATTENTIONS:
            raise DataError(f"attention must be one of {', '.join(ATTENTIONS)}, not {self.attention!r}")
        if self.schedule not in SCHEDULES:
            raise DataError(f"schedule must be one of {', '.join(SCHEDULES)}, not {self.schedule!r}")
        if self.backbone not in BACKBONES:
            raise DataError(f"there is no backbone {self.backbone!r}: choose from {', '.join(BACKBONES)}")
        if self.initial_classifier and (self.backbone != "fer_vgg" or self.initial_weights is None):
            raise DataError(
                "initial_classifier needs weights that have a classifier of FER+'s classes: give backbone fer_vgg and "
                "initial_weights, or leave it out"
            )
        check_share(
            region_dropout=self.region_dropout, input_occlusion=self.input_occlusion, dropout=self.dropout
        )
        check_least(1, size=self.size, epochs=self.epochs, batch_size=self.batch_size)
        check_above(0, learning_rate=self.learning_rate)


def plan_of(model: str, plan: Plan) -> Plan:
    """Return the plan with what makes a network of `MODELS` what it is."""
    return dataclasses.replace(plan, **_OPTIONS.get(model, {}))


def build(model: str, plan: Plan, margin: float | None = PAPER_MARGIN) -> keras.Model:
    """Return a network of `MODELS`, for grey faces."""
    plan = plan_of(model, plan)
    network = _five_branch(plan, margin) if model.startswith("five_branch") else _plain(model, plan)
    if plan.initial_classifier:
        trained = fer_vgg((plan.size, plan.size, 1), len(FERPLUS), weights=plan.initial_weights)
        network.get_layer("predictions").set_weights(trained.get_layer("predictions").get_weights())
    return network


def _five_branch(plan: Plan, margin: float | None) -> keras.Model:
    return five_branch(
        (plan.size, plan.size, 1),
        len(FERPLUS),
        backbone=plan.backbone,
        backbone_weights=plan.initial_weights,
        shared=plan.shared,
        attention=plan.attention,
        margin=margin,
        region_dropout=plan.region_dropout,
        input_occlusion=plan.input_occlusion,
        dropout=plan.dropout,
    )


def _plain(name: str, plan: Plan) -> keras.Model:
    shape = (plan.size, plan.size, 1)
    network = build_backbone(plan.backbone, shape, weights=plan.initial_weights)
    inputs = x = keras.Input(shape, name="image")
    if plan.input_occlusion:
        x = RandomOcclusion(AREAS["lower"], rate=plan.input_occlusion, fixed=False, name="input_occlusion")(x)
    x = keras.layers.Dropout(plan.dropout, name="dropout")(network(x))
    x = keras.layers.Dense(len(FERPLUS), activation="softmax", dtype="float32", name="predictions")(x)
    return keras.Model(inputs, x, name=name)
