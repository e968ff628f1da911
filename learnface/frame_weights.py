"""Which frames count, and how much: what losses and metrics of valence and arousal ask of a batch."""

from collections.abc import Sequence
from typing import Any

from keras import ops

__all__ = ["counted_frames"]


def counted_frames(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    *,
    dimensions: int,
    mask_values: Sequence[float],
    dtype: str,
) -> tuple[Any, Any, Any]:
    """Return a batch as rows of frames, and the weight of each.

    A frame counts as much as `sample_weight` says; not at all where one of its annotations is NaN or one of
    `mask_values`, nor where Keras' own mask leaves it out, which layers such as `learnface.layers.FrameMask`
    hand on to the predictions.

    Args:
        y_true: annotations, `(batch, dimensions)` or `(batch, frames, dimensions)`; with one dimension that
            axis may be left out.
        y_pred: predictions of the same shape.
        sample_weight: None, or weights of shape `(batch,)`, one for all frames of a clip, or `(batch, frames)`.
        dimensions: number of outputs.
        mask_values: what marks a frame as not annotated.
        dtype: dtype of all three results.

    Returns:
        Annotations and predictions, `(all frames, dimensions)`, 0 where a frame does not count, and weights
        `(all frames, 1)`.

    Example:
        >>> true, pred, weight = counted_frames(
        ...     [[[0.1], [-5.0]]], [[[0.2], [0.3]]], [2.0], dimensions=1, mask_values=(-5.0,), dtype="float32"
        ... )
        >>> weight.numpy().ravel().tolist(), pred.numpy().round(1).ravel().tolist()
        ([2.0, 0.0], [0.20000000298023224, 0.0])
    """
    mask = getattr(y_pred, "_keras_mask", None)  # lost in the conversion
    true, pred = (ops.convert_to_tensor(values, dtype=dtype) for values in (y_true, y_pred))
    frames = ops.shape(pred)
    if dimensions > 1 or (len(frames) > 1 and pred.shape[-1] == 1):
        frames = frames[:-1]
    true, pred = (ops.reshape(values, (-1, dimensions)) for values in (true, pred))
    annotated = ops.logical_not(ops.isnan(true))
    for value in mask_values:
        annotated = ops.logical_and(annotated, true != value)
    weight = ops.cast(ops.all(annotated, axis=-1, keepdims=True), dtype)
    for factor in (sample_weight, mask):
        if factor is not None:
            weight = weight * _for_each_frame(ops.convert_to_tensor(factor), frames, dtype)
    # Replaced before any arithmetic: NaN times a weight of 0 is NaN, and reaches the gradient too.
    return ops.where(weight > 0, true, 0), ops.where(weight > 0, pred, 0), weight


def _for_each_frame(factor: Any, frames: tuple, dtype: str) -> Any:
    """Return a factor of samples or frames as one of each frame, `(all frames, 1)`."""
    factor = ops.cast(factor, dtype)
    if len(factor.shape) > len(frames):  # Keras gives some weights an axis for the outputs
        factor = ops.squeeze(factor, -1)
    while len(factor.shape) < len(frames):
        factor = ops.expand_dims(factor, -1)
    return ops.reshape(ops.broadcast_to(factor, frames), (-1, 1))
