"""VGGFace2's SE-ResNet-50: its ResNet-50 with squeeze and excitation.

Cao Q. et al. (2018), VGGFace2: a dataset for recognising faces across pose and age (FG), arXiv 1710.08092;
squeeze and excitation is that of Hu J., Shen L., Sun G. (2018), arXiv 1709.01507, with reduction 16. Layers, their
names and the weights are those of keras-vggface v2.0 (https://github.com/rcmalli/keras-vggface); Keras 3 forbids
slashes in names, so that `conv1/7x7_s2` is `conv1_7x7_s2` here.
"""

from pathlib import Path

import keras

from learnface.models._vggface2 import CLASSES, vggface2

__all__ = ["vggface_senet50"]


def vggface_senet50(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 3),
    classes: int = CLASSES,
    *,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build SE-ResNet-50 of VGGFace2: ResNet-50 whose 16 blocks weigh their channels.

    With 8,631 classes it has 43,777,063 parameters, moving means and variances included.

    Args:
        input_shape: `(height, width, channels)`, grey (repeated inside) or RGB; height and width may be None.
        classes: number of classes.
        include_top: whether to end with the classifier; without it the last map is returned (keras-vggface:
            its mean).
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`; `"vggface"`, the published ones, downloaded once (docs/weights.md); a folder that has
            their files; or the path of a weights file. With 8631 classes the published classifier is loaded,
            else the classifier is new.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit or cannot be downloaded.

    Example:
        >>> vggface_senet50((64, 64, 1), include_top=False, pooling="avg").output_shape
        (None, 2048)
    """
    return vggface2(
        "vggface_senet50",
        input_shape,
        squeeze=True,
        epsilon=1e-4,
        classes=classes,
        include_top=include_top,
        pooling=pooling,
        weights=weights,
        classifier_activation=classifier_activation,
        name=name,
    )
