"""What is known of each model, from the code alone."""

import dataclasses
import inspect
import re
import sys
from functools import cache

import keras

from learnface.models import MODELS, ModelCard, flops, outline, weights_card, weights_names
from learnface.models._published import PUBLISHED

__all__ = ["ModelFacts", "model_facts", "shape_text"]


@dataclasses.dataclass(frozen=True)
class ModelFacts:
    """A model with its default arguments.

    Attributes:
        name: name of the builder.
        summary: what it is, in one line.
        source: what its file says: paper, section, and what the paper leaves open; Markdown.
        inputs: shape of each input by its name.
        outputs: shape of the output.
        parameters: number of parameters.
        flops: floating-point operations for one sample.
        weights: cards of the weights that exist, by their names; None for those that Keras keeps.
    """

    name: str
    summary: str
    source: str
    inputs: dict[str, tuple[int | None, ...]]
    outputs: tuple[int | None, ...]
    parameters: int
    flops: int
    weights: dict[str, ModelCard | None]


@cache
def model_outline(name: str) -> keras.Model:
    """Return the model without its weights; it is built once."""
    return outline(name)


@cache
def model_facts(name: str) -> ModelFacts:
    """Return what is known of a model."""
    builder = MODELS[name]
    model = model_outline(name)
    module = sys.modules[builder.__module__]
    source = inspect.getdoc(module) or ""
    cards = {weights: weights_card(name, weights) for weights in weights_names(name)}
    if name in PUBLISHED:
        cards["vggface"] = PUBLISHED[name].card
    if hasattr(module, "imagenet_vgg"):
        cards["imagenet"] = None
    return ModelFacts(
        name=name,
        summary=_summary(inspect.getdoc(builder) or "", source),
        source=source,
        inputs={tensor.name: tuple(tensor.shape[1:]) for tensor in model.inputs},
        outputs=tuple(model.output_shape[1:]),
        parameters=model.count_params(),
        flops=flops(model),
        weights=cards,
    )


def _summary(function: str, module: str) -> str:
    """Return the first line of a builder, or that of its file where the builder's says little."""
    first = re.sub(r" \(.*\)", "", function.splitlines()[0]).removeprefix("Build ")
    return (first if len(first) > 45 else module.splitlines()[0]).rstrip(".")


def shape_text(shape: tuple[int | None, ...]) -> str:
    """Return a shape as it is printed, such as `48×48×1`."""
    return "×".join(map(str, shape))
