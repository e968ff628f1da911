"""Grad-CAM: where in a face a network saw what it says, also through nested networks, branches and frames.

Selvaraju et al. 2017, Grad-CAM: visual explanations from deep networks via gradient-based localization,
arXiv 1610.02391, equations 1 and 2. The gradients are TensorFlow's: this module needs its backend.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from learnface.errors import DataError
from learnface.inference.map_area import Area, map_area

__all__ = ["GradCam", "grad_cam", "map_layers", "takes_mask"]

# They move, cut, scale or thin out, or they start: nothing is found in them.
_LEFT_OUT = (
    "Pooling",
    "Dropout",
    "Padding",
    "Cropping",
    "InputLayer",
    "Rescaling",
    "Concatenate",
    "Occlusion",
    "Fold",
)


@dataclasses.dataclass(frozen=True)
class GradCam:
    """What Grad-CAM found for a batch of faces, of stacks of regions, or of clips.

    Attributes:
        maps: float32 `(samples, pictures, map_height, map_width)`, from 0 up: how much each place speaks for
            the output. A face is one picture; a clip has one a frame, a five-branch network one a region.
        pictures: float32 `(samples, pictures, height, width, channels)`: what the maps lie over, as the
            network's convolutions were given it.
        outputs: float32, the model's outputs.
        chosen: `(samples,)`: the output that the maps explain.
        layer: name of the layer whose maps were weighed.
        area: `(x, y, width, height)` of the maps in the pictures, in pixels, from the left and the upper border:
            the middle of what each place of a map sees, as far as strides, paddings and cuts tell.
    """

    maps: np.ndarray
    pictures: np.ndarray
    outputs: np.ndarray
    chosen: np.ndarray
    layer: str
    area: Area


def grad_cam(
    model: keras.Model, inputs: np.ndarray, output: int | None = None, layer: str | None = None
) -> GradCam:
    """Explain a model's outputs.

    The score is the output in front of the final softmax, as in the paper (other activations are left as they
    are), and its mean over frames where a clip model tells each frame; gradients are those of inference.

    Args:
        model: a functional or sequential model of faces or clips, of `learnface.models` or your own; the layer may
            lie in a network nested in it.
        inputs: float32 in [0, 1] or uint8, `(samples, height, width, channels)`, or with frames or regions in
            front of the height. Of a clip model that takes a mask as well, all frames count.
        output: which output to explain; None explains the largest of each sample.
        layer: name of a layer that gives maps, one of `map_layers`; None takes the last one. Where several
            nested networks have it, as with branches of their own, each is a picture.

    Returns:
        The maps, one for each picture that the layer sees of a sample.

    Raises:
        DataError: the inputs do not fit, there is no such output or layer, or the output does not depend on it.

    Example:
        >>> from learnface.models import fer_cnn
        >>> found = grad_cam(fer_cnn(), np.zeros((2, 48, 48, 1), np.uint8))
        >>> found.maps.shape, found.layer
        ((2, 1, 10, 10), 'conv4')
        >>> found.area
        (4.0, 4.0, 40.0, 40.0)
    """
    batch, *mask = _batch(model, inputs)
    places = _places(model, layer)
    with contextlib.ExitStack() as stack, tf.GradientTape() as tape:
        seen = [stack.enter_context(_recorded(place)) for place in places]
        activation = stack.enter_context(_without_softmax(model))
        tensor = tf.convert_to_tensor(batch)
        tape.watch(tensor)  # a network without trained weights has gradients too
        scores = tf.cast(model([tensor, *mask] if mask else tensor, training=False), tf.float32)
        mean = tf.reduce_mean(tf.reshape(scores, (len(batch), -1, scores.shape[-1])), axis=1)
        chosen = _chosen(mean, output)
        score = tf.reduce_sum(tf.gather(mean, chosen, axis=1, batch_dims=1))
    maps, pictures = [look["maps"] for look in seen], [look.get("pictures", tensor) for look in seen]
    gradients = tape.gradient(score, maps)
    if any(gradient is None for gradient in gradients):
        raise DataError(
            f"the outputs of {model.name} do not depend on {places[0][-1].name!r}: choose another"
        )
    heat = [_heat(*pair) for pair in zip(maps, gradients, strict=True)]
    picture = pictures[0].shape[-3:-1]
    return GradCam(
        maps=_by_sample(heat, len(batch)),
        pictures=_by_sample(pictures, len(batch)),
        outputs=np.asarray(activation(scores), np.float32),
        chosen=chosen,
        layer=places[0][-1].name,
        area=map_area(_outermost(model, places[0]), places[0][-1], picture, heat[0].shape[1:]),
    )


def map_layers(model: keras.Model) -> list[str]:
    """Return the names of the layers that give maps, nested networks' included, in the order of the model.

    Left out are those that only move, cut or scale pixels, and pooling, in front of which maps are finer.

    Example:
        >>> from learnface.models import fer_cnn
        >>> map_layers(fer_cnn())
        ['conv1', 'conv2', 'conv3', 'conv4']
    """
    return list(dict.fromkeys(place[-1].name for place in _all_places(model)))


def takes_mask(model: keras.Model) -> bool:
    """Tell whether a model takes the mask of a clip's frames as its second input, as `masked=True` builds it."""
    inputs = getattr(model, "inputs", None) or ()
    return len(inputs) == 2 and inputs[1].name == "mask"


def _all_places(model: keras.Model) -> Iterator[tuple[keras.Layer, ...]]:
    """Yield every layer with maps, behind the networks that it lies in, the outermost first."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from ((layer, *place) for place in _all_places(layer))
        elif _gives_maps(layer) and not any(word in type(layer).__name__ for word in _LEFT_OUT):
            yield (layer,)


def _gives_maps(layer: keras.Layer) -> bool:
    output = layer.output
    return not isinstance(output, (list, tuple, dict)) and len(output.shape) == 4


def _outermost(model: keras.Model, place: tuple[keras.Layer, ...]) -> keras.Model:
    """Return the network that is given the pictures: the outermost one around a layer, or the model itself."""
    return place[0] if len(place) > 1 else model


def _places(model: keras.Model, name: str | None) -> list[tuple[keras.Layer, ...]]:
    """Return the layer of this name: several where networks beside each other have one each."""
    places = list(_all_places(model))
    if not places:
        raise DataError(f"{model.name} has no layer with maps: Grad-CAM needs convolutions")
    name = name or places[-1][-1].name
    found = [place for place in places if place[-1].name == name]
    if not found:
        raise DataError(f"{model.name} has no maps {name!r}: choose one of {', '.join(map_layers(model))}")
    return found


@contextlib.contextmanager
def _recorded(place: tuple[keras.Layer, ...]) -> Iterator[dict[str, tf.Tensor]]:
    """Note what a layer gives, and what the outermost network around it is given, while the model runs.

    A nested network keeps its inner tensors to itself, so they are taken where they come about.
    """
    outermost, layer, seen = place[0], place[-1], {}

    def look(layer: keras.Layer, note: Callable) -> None:
        call = layer.call

        def noting(inputs, *args, **kwargs):
            outputs = call(inputs, *args, **kwargs)
            note(inputs, outputs)
            return outputs

        layer.call = noting

    def note_maps(_, outputs) -> None:
        seen["maps"] = outputs

    def note_pictures(inputs, _) -> None:
        seen["pictures"] = inputs[0] if isinstance(inputs, (list, tuple)) else inputs

    look(layer, note_maps)
    if outermost is not layer:
        look(outermost, note_pictures)
    try:
        yield seen
    finally:
        for one in {id(layer): layer, id(outermost): outermost}.values():
            del one.call  # the class's own is there again


@contextlib.contextmanager
def _without_softmax(model: keras.Model) -> Iterator[Callable]:
    """Take the softmax off the last layer for a while, and yield it, or what leaves outputs as they are."""
    last = _last_layer(model)
    if isinstance(last, keras.layers.Softmax):
        softmax, last.call = last.call, lambda inputs, **options: inputs
        try:
            yield softmax
        finally:
            del last.call
    elif getattr(last, "activation", None) is keras.activations.softmax:
        last.activation = keras.activations.linear
        try:
            yield keras.activations.softmax
        finally:
            last.activation = keras.activations.softmax
    else:
        yield keras.activations.linear


def _last_layer(model: keras.Model) -> keras.Layer | None:
    """Return the layer that gives a model's output, also where it lies in a nested network."""
    if isinstance(model, keras.Sequential):
        last = model.layers[-1]
    else:
        names = getattr(model, "output_names", ())
        last = next((layer for layer in model.layers if layer.name in names), None)
    return _last_layer(last) if isinstance(last, keras.Model) else last


def _heat(maps: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return the maps weighed by their mean gradients, summed, and what is below 0 cut off."""
    maps, gradients = tf.cast(maps, tf.float32), tf.cast(gradients, tf.float32)
    weights = tf.reduce_mean(gradients, axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))


def _by_sample(tensors: list[tf.Tensor], samples: int) -> np.ndarray:
    """Return `(samples, pictures, ...)`: pictures were folded into the batch, or into several networks."""
    arrays = [np.asarray(tensor, np.float32) for tensor in tensors]
    return np.concatenate([array.reshape(samples, -1, *array.shape[1:]) for array in arrays], axis=1)


def _chosen(scores: tf.Tensor, output: int | None) -> np.ndarray:
    if output is None:
        return np.argmax(scores.numpy(), axis=1)
    if not 0 <= output < scores.shape[1]:
        raise DataError(f"there is no output {output}: give one from 0 to {scores.shape[1] - 1}")
    return np.full(scores.shape[0], output)


def _batch(model: keras.Model, inputs: np.ndarray) -> list[np.ndarray | tf.Tensor]:
    """Return what the model takes: the pictures as float32, and for a masked clip model that all frames count."""
    if keras.backend.backend() != "tensorflow":
        raise DataError("Grad-CAM needs the TensorFlow backend: set KERAS_BACKEND=tensorflow")
    shapes = [tuple(tensor.shape) for tensor in getattr(model, "inputs", None) or ()]
    inputs = np.asarray(inputs)
    masked = takes_mask(model)
    if len(shapes) != 1 + masked or len(model.outputs) != 1:
        raise DataError(
            f"{model.name} takes {shapes or 'unknown'}: give a built model of one input (or clips and their mask) "
            "and one output"
        )
    fits = len(inputs) and inputs.ndim == len(shapes[0])
    if not fits or any(want not in (None, has) for want, has in zip(shapes[0], inputs.shape, strict=True)):
        raise DataError(f"the inputs have shape {inputs.shape}, but {model.name} takes {shapes[0]}")
    pixels = inputs.astype(np.float32) / (255 if inputs.dtype == np.uint8 else 1)
    return [pixels, tf.ones(pixels.shape[:2], tf.bool)] if masked else [pixels]
