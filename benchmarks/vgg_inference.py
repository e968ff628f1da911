"""How near VGG-16 on clips comes to what the machine can do: its GFLOP/s against those of a plain matrix product.

    python benchmarks/vgg_inference.py                  # clips of 10 frames of 64 x 64, four at a time
    python benchmarks/vgg_inference.py --xla            # compiled by XLA instead of as a TensorFlow graph

FLOPs are counted layer by layer: two for each multiplication of a convolution. The matrices of the product have
the size of VGG's largest convolution, unrolled. The ratio is to be >= 0.8. The peak of resident memory is that of
the process up to the model's last call, and TensorFlow's own is told beside it.
"""

import argparse
import resource
import time

import keras
import numpy as np
import tensorflow as tf

from learnface.models import vggface_lstm
from learnface.transfer import inner_layers


def main() -> int:
    options = parse()
    bare = peak_mib()
    keras.utils.set_random_seed(0)
    shape = (options.frames, options.size, options.size, 1)
    model = vggface_lstm(shape, classes=6, backbone="vggface")
    clips = np.random.default_rng(0).random((options.clips, *shape), np.float32)
    flops = options.clips * options.frames * convolution_flops(model)
    infer = tf.function(lambda x: model(x, training=False), jit_compile=options.xla)
    ours = flops / fastest(lambda: infer(clips), options.rounds) / 1e9
    peak = peak_mib()
    product = gemm(options)
    ratio = ours / product
    print(f"{options.clips} clips of {shape}: {flops / 1e9:.0f} GFLOP in one call")
    print(
        f"model {ours:.1f} GFLOP/s, matrix product {product:.1f} GFLOP/s, ratio {ratio:.2f} (must be >= 0.8)"
    )
    print(f"peak memory {peak:.0f} MiB, of which {bare:.0f} MiB before the model was built")
    return int(ratio < 0.8)


def convolution_flops(model: keras.Model) -> int:
    """Return the FLOPs of one frame through the convolutions; the LSTM adds less than a thousandth."""
    total = 0
    for layer in inner_layers(model):
        if isinstance(layer, keras.layers.Conv2D):
            height, width, channels = layer.output.shape[1:]
            total += 2 * height * width * channels * int(np.prod(layer.kernel.shape[:3]))
    return total


def gemm(options: argparse.Namespace) -> float:
    rows, inner, columns = options.clips * options.frames * (options.size // 4) ** 2, 9 * 256, 256
    random = np.random.default_rng(0)
    a = tf.constant(random.random((rows, inner), np.float32))
    b = tf.constant(random.random((inner, columns), np.float32))
    product = tf.function(tf.matmul)
    return 2 * rows * inner * columns / fastest(lambda: product(a, b), options.rounds) / 1e9


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fastest(call, rounds: int) -> float:
    seconds = []
    for _ in range(rounds + 1):  # the first call compiles
        begin = time.perf_counter()
        np.asarray(call()).ravel()[0]
        seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--xla", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
