"""Writes weights files as Keras 1 and 2 wrote them, and the published VGGFace files' layers in small widths."""

import h5py
import numpy as np


def write_layered(path, layers, *, group=None, text=False, pieces=0):
    """Write `{layer: {weight name: array}}` as Keras did.

    `text`: names are variable-length strings, not fixed-length bytes. `pieces`: the lists of names are cut into
    so many attributes, as Keras does with long ones.
    """
    with h5py.File(path, "w") as file:
        root = file.create_group(group) if group else file
        file.attrs["keras_version"] = np.bytes_("2.0.8")
        _write_names(root, "layer_names", list(layers), text, pieces)
        for name, arrays in layers.items():
            one = root.create_group(name) if name not in root else root[name]
            _write_names(one, "weight_names", list(arrays), text, pieces if len(arrays) > 1 else 0)
            for weight, array in arrays.items():
                one.create_dataset(weight, data=array)
    return path


def _write_names(group, attribute, names, text, pieces):
    values = names if text else [name.encode() for name in names]
    if not pieces:
        group.attrs[attribute] = values
        return
    for number, piece in enumerate(np.array_split(np.array(values), pieces)):
        group.attrs[f"{attribute}{number}"] = piece.tolist()


def keras_name(name):
    """Return the name that a layer of a published file has in our networks."""
    return "_".join(name.split("/"))


def vgg_layers(blocks, dense=(), classes=0, *, grid=7, seed=0, keras=1):
    """Return the layers of `rcmalli_vggface_tf_vgg16.h5` in order, in other widths; no `classes`: no top."""
    rng = np.random.default_rng(seed)
    layers, before = {"input_1": {}}, 3
    for block, widths in enumerate(blocks, start=1):
        for number, width in enumerate(widths, start=1):
            name = f"conv{block}_{number}"
            layers[name] = _weights(rng, name, (3, 3, before, width), keras)
            before = width
        layers[f"pool{block}"] = {}
    if classes:
        layers["flatten"] = {}
        before *= grid * grid
        for name, width in zip(("fc6", "fc7", "fc8"), (*dense, classes), strict=True):
            layers[name] = _weights(rng, name, (before, width), keras)
            layers[f"{name}/{'softmax' if name == 'fc8' else 'relu'}"] = {}
            before = width
    return layers


def vggface2_layers(stem, stages, classes=0, *, reduction=0, seed=0):
    """Return the layers of `rcmalli_vggface_tf_resnet50.h5`, or with `reduction` of `..._senet50.h5`."""
    rng = np.random.default_rng(seed)
    layers = {"input_1": {}}

    def convolution(name, size, before, width):
        layers[name] = {f"{name}/kernel:0": _normal(rng, (size, size, before, width))}
        layers[f"{name}/bn"] = {
            f"{name}/bn/{part}:0": rng.uniform(0.5, 1.5, width).astype("float32")
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        }

    convolution("conv1/7x7_s2", 7, 3, stem)
    layers["conv1/7x7_s2"]["conv1/7x7_s2/kernel:0"] /= (
        100  # images reach 130: else every gate is shut or open
    )
    layers["activation_1"] = {}
    before = stem
    for stage, (inner, outer, blocks) in enumerate(stages, start=2):
        for block in range(1, blocks + 1):
            name = f"conv{stage}_{block}"
            convolution(f"{name}_1x1_reduce", 1, before, inner)
            convolution(f"{name}_3x3", 3, inner, inner)
            convolution(f"{name}_1x1_increase", 1, inner, outer)
            if reduction:
                layers[f"{name}_1x1_down"] = _weights(
                    rng, f"{name}_1x1_down", (1, 1, outer, outer // reduction), 2
                )
                layers[f"{name}_1x1_up"] = _weights(
                    rng, f"{name}_1x1_up", (1, 1, outer // reduction, outer), 2
                )
            if block == 1:
                convolution(f"{name}_1x1_proj", 1, before, outer)
            before = outer
    layers["avg_pool"] = {}
    if classes:
        layers["classifier"] = _weights(rng, "classifier", (before, classes), 2)
    return layers


def _weights(rng, name, shape, keras):
    kernel, bias = (
        (f"{name}_W_1:0", f"{name}_b_1:0") if keras == 1 else (f"{name}/kernel:0", f"{name}/bias:0")
    )
    return {kernel: _normal(rng, shape), bias: rng.normal(0, 0.1, shape[-1]).astype("float32")}


def _normal(rng, shape):
    return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype("float32")
