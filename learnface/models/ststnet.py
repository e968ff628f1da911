"""STSTNet: three shallow streams on the flow from onset to apex, the small anchor of micro-expression work.

Liong S.-T., Gan Y.S., See J., Khor H.-Q., Huang Y.-C. (2019), Shallow triple stream three-dimensional CNN (STSTNet)
for micro-expression recognition, FG 2019, arXiv 1902.03634. On the composite of MEGC 2019 it reaches UF1 0.7353 and
UAR 0.7605 (its authors' own later run: 0.7209 and 0.7250).
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["ststnet"]


def ststnet(
    input_shape: tuple[int, int, int] = (28, 28, 3),
    classes: int = 3,
    *,
    filters: tuple[int, ...] = (3, 5, 8),
    dropout: float = 0.5,
    flow_scale: float = 1.0,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build STSTNet.

    Each stream is one 3x3 convolution, batch normalisation and a 3x3 max-pooling; their 10x10 maps are joined and
    average-pooled to 5x5x16 = 400 features in front of the classifier: 1,683 weights are trained. As in the
    authors' Python code, the activation stands before the normalisation. Their convolutions pad by two pixels,
    these by one ("same"), which leads to the same 10x10.

    Args:
        input_shape: `(height, width, channels)`; the channels are dx, dy and the optical strain.
        classes: number of classes.
        filters: filters of each stream.
        dropout: share of each stream's features that is left out in training.
        flow_scale: factor on the input. The authors feed flow as pictures from 0 to 255, each with its own scale; here
            it comes in pixels, and the scale is the same for all clips.
        include_top: whether to end with the classifier; without it the 5x5 maps are returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> ststnet().count_params() - 2 * (3 + 5 + 8)  # without the running means and variances
        1683
    """
    inputs = image_input(input_shape, minimum=6)
    x = layers.Rescaling(flow_scale, name="scale")(inputs)
    streams = [_stream(x, number, width, dropout) for number, width in enumerate(filters, start=1)]
    x = layers.Concatenate(name="streams")(streams) if len(streams) > 1 else streams[0]
    x = layers.AveragePooling2D(2, name="pool")(x)
    if include_top:
        x = layers.Flatten(name="flat")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="ststnet", weights=weights, name=name)


def _stream(x: keras.KerasTensor, number: int, filters: int, dropout: float) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{number}")(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"norm{number}")(x)
    x = layers.MaxPooling2D(3, padding="same", name=f"pool{number}")(x)
    return layers.Dropout(dropout, name=f"dropout{number}")(x)
