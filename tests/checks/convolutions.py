"""Convolutional networks in NumPy, from the arrays of a published file: the reference for VGGFace's numerics."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit


def convolve(x, kernel, stride=1):
    """Return a convolution padded as TensorFlow pads "same": what is odd goes to the bottom and right."""
    size = kernel.shape[0]
    for axis in (1, 2):
        total = max((-(-x.shape[axis] // stride) - 1) * stride + size - x.shape[axis], 0)
        padding = [(0, 0)] * 4
        padding[axis] = (total // 2, total - total // 2)
        x = np.pad(x, padding)
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwcij,ijcd->nhwd", windows, kernel)


def max_pool(x, size):
    """Return the maxima of windows of `size`, two apart, without padding."""
    return sliding_window_view(x, (size, size), axis=(1, 2))[:, ::2, ::2].max((-1, -2))


def scaled(images, mean):
    """Return RGB in [0, 1] as BGR in 0 to 255 less the mean."""
    return 255.0 * images.astype("float64")[..., ::-1] - np.array(mean)


def vgg(images, layers, mean):
    """Return the logits, or without a head the last map, of a VGG with the arrays of a file."""
    x = scaled(images, mean)
    for name, arrays in layers.items():
        values = list(arrays.values())
        if name.startswith("conv"):
            x = np.maximum(convolve(x, values[0]) + values[1], 0)
        elif name.startswith("pool"):
            x = max_pool(x, 2)
        elif name.startswith("fc") and values:
            x = x.reshape(len(x), -1) @ values[0] + values[1]
        elif name.endswith("/relu"):
            x = np.maximum(x, 0)
    return x


def vggface2(images, layers, mean, epsilon):
    """Return the logits of a ResNet-50 or SE-ResNet-50 of VGGFace2 with the arrays of a file."""

    def unit(x, name, stride=1):
        x = convolve(x, layers[name][f"{name}/kernel:0"], stride)
        gamma, beta, mean, variance = layers[f"{name}/bn"].values()
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    x = np.maximum(unit(scaled(images, mean), "conv1/7x7_s2", 2), 0)
    x = max_pool(x, 3)
    for name in [name.removesuffix("_3x3") for name in layers if name.endswith("_3x3")]:
        projected = f"{name}_1x1_proj" in layers
        stride = 2 if projected and not name.startswith("conv2") else 1
        shortcut = unit(x, f"{name}_1x1_proj", stride) if projected else x
        x = np.maximum(unit(x, f"{name}_1x1_reduce", stride), 0)
        x = np.maximum(unit(x, f"{name}_3x3"), 0)
        x = unit(x, f"{name}_1x1_increase")
        if f"{name}_1x1_down" in layers:
            down, up = layers[f"{name}_1x1_down"].values(), layers[f"{name}_1x1_up"].values()
            gate = np.maximum(dense(x.mean((1, 2)), *down), 0)
            x = x * expit(dense(gate, *up))[:, None, None]
        x = np.maximum(x + shortcut, 0)
    return dense(x.mean((1, 2)), *layers["classifier"].values())


def dense(x, kernel, bias):
    return x @ kernel.reshape(kernel.shape[-2:]) + bias
