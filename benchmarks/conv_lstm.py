"""Time of `learnface.layers.ConvLSTM2D` against Keras' own, forward and with gradients.

    python benchmarks/conv_lstm.py [small|large] [repeats] [--xla] [--profile]

Both are compiled by `tf.function` and measured in turn, so that a load on the machine falls on both. Ours has
its peepholes, which Keras' own lacks. Prints medians of the time by the clock and of the CPU time of all
threads, their ratios, and the load: on a busy machine, where threads wait for each other, trust the latter.

`--profile` prints instead where the forward time of each goes: into the convolution of the inputs, all steps
at once (ours) or step by step (Keras), and the rate of both beside that of a product of large matrices, which
no convolution can be expected to beat by much. What is left is the loop.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

from learnface.layers import ConvLSTM2D

SHAPES = {"small": (8, 10, 7, 7, 512), "large": (4, 10, 14, 14, 512)}


def main(shape: str = "small", repeats: int = 5, xla: bool = False) -> None:
    """Print one row a task."""
    clips = tf.random.stateless_normal(SHAPES[shape], seed=(0, 0))
    layers = layers_compared()
    print(f"{SHAPES[shape]}, 32 filters of 7x7, {repeats} repeats, {'XLA' if xla else 'no XLA'}")
    print("task | clock | keras, ms | ours, ms | keras / ours | load before and after")
    for task in (forward, with_gradients):
        compiled = {name: tf.function(task(layer, clips), jit_compile=xla) for name, layer in layers.items()}
        for function in compiled.values():
            function()
        load = os.getloadavg()[0]
        times = measured_in_turn(compiled, repeats)
        loads = f"{load:.1f}, {os.getloadavg()[0]:.1f}"
        for clock, theirs, ours in zip(("wall", "CPU"), *times.values(), strict=True):
            print(f"{task.__name__} | {clock} | {theirs:.0f} | {ours:.0f} | {theirs / ours:.2f} | {loads}")


def profile(shape: str = "small", repeats: int = 5) -> None:
    """Print where the forward time goes, by the clock."""
    clips = tf.random.stateless_normal(SHAPES[shape], seed=(0, 0))
    layers = layers_compared()
    for layer in layers.values():
        layer(clips)
    square = tf.random.stateless_normal((3000, 3000), seed=(0, 0))
    parts = {
        "keras, the whole": forward(layers["keras"], clips),
        "keras, inputs step by step": lambda: project_by_step(layers["keras"].cell.kernel, clips),
        "ours, the whole": forward(layers["ours"], clips),
        "ours, inputs at once": lambda: tf.reduce_sum(layers["ours"].project(clips)),
        "product of matrices": lambda: tf.reduce_sum(square @ square),
    }
    compiled = {name: tf.function(part) for name, part in parts.items()}
    for function in compiled.values():
        function()
    batch, frames, height, width, channels = SHAPES[shape]
    convolution = 2 * batch * frames * height * width * 49 * channels * 128 / 1e9
    print(
        f"{SHAPES[shape]}, 32 filters of 7x7, inputs' convolution {convolution:.1f} GFLOP, {repeats} repeats"
    )
    print("part | ms | GFLOP/s")
    for name, (wall, _) in measured_in_turn(compiled, repeats).items():
        work = 2 * 3000**3 / 1e9 if name == "product of matrices" else convolution
        print(f"{name} | {wall:.0f} | {'' if 'whole' in name else f'{1000 * work / wall:.0f}'}")


def layers_compared() -> dict:
    return {
        "keras": keras.layers.ConvLSTM2D(32, 7, padding="same", return_sequences=True),
        "ours": ConvLSTM2D(32, 7, padding="same", return_sequences=True),
    }


def project_by_step(kernel, clips):
    """As in Keras' layer: four convolutions a step, one for each gate."""
    kernels = tf.split(kernel, 4, axis=-1)
    steps = tf.unstack(clips, axis=1)
    return tf.add_n([tf.reduce_sum(tf.nn.conv2d(step, k, 1, "SAME")) for step in steps for k in kernels])


def measured_in_turn(functions: dict, repeats: int) -> dict[str, list[float]]:
    """Return the medians of the clock and of CPU time, in ms, of each function."""
    times = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            start = clocks()
            tf.nest.map_structure(lambda tensor: tensor.numpy(), function())
            times[name].append([1000 * (end - begin) for begin, end in zip(start, clocks(), strict=True)])
    return {name: medians(rows) for name, rows in times.items()}


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def medians(times: list) -> list[float]:
    return [statistics.median(column) for column in zip(*times, strict=True)]


def forward(layer, clips):
    return lambda: tf.reduce_sum(layer(clips))


def with_gradients(layer, clips):
    layer(clips)

    def run():
        with tf.GradientTape() as tape:
            tape.watch(clips)
            cost = tf.reduce_sum(tf.square(layer(clips)))
        return tape.gradient(cost, [*[v.value for v in layer.trainable_variables], clips])

    return run


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if "--profile" in sys.argv:
        profile(*words[:1], *map(int, words[1:]))
    else:
        main(*words[:1], *map(int, words[1:]), xla="--xla" in sys.argv)
