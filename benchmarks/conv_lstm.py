"""Time of `learnface.layers.ConvLSTM2D` against Keras' own, forward and with gradients.

    python benchmarks/conv_lstm.py [small|large] [repeats] [--xla]

Both are compiled by `tf.function` and measured in turn, so that a load on the machine falls on both. Ours has
its peepholes, which Keras' own lacks. Prints medians of the time by the clock and of the CPU time of all
threads, their ratios, and the load: on a busy machine, where threads wait for each other, trust the latter.
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
    layers = {
        "keras": keras.layers.ConvLSTM2D(32, 7, padding="same", return_sequences=True),
        "ours": ConvLSTM2D(32, 7, padding="same", return_sequences=True),
    }
    print(f"{SHAPES[shape]}, 32 filters of 7x7, {repeats} repeats, {'XLA' if xla else 'no XLA'}")
    print("task | clock | keras, ms | ours, ms | keras / ours | load before and after")
    for task in (forward, with_gradients):
        compiled = {name: tf.function(task(layer, clips), jit_compile=xla) for name, layer in layers.items()}
        for function in compiled.values():
            function()
        load = os.getloadavg()[0]
        times = {name: [] for name in layers}
        for _ in range(repeats):
            for name, function in compiled.items():
                start = clocks()
                tf.nest.map_structure(lambda tensor: tensor.numpy(), function())
                times[name].append([1000 * (end - begin) for begin, end in zip(start, clocks(), strict=True)])
        loads = f"{load:.1f}, {os.getloadavg()[0]:.1f}"
        for clock, theirs, ours in zip(("wall", "CPU"), *map(medians, times.values()), strict=True):
            print(f"{task.__name__} | {clock} | {theirs:.0f} | {ours:.0f} | {theirs / ours:.2f} | {loads}")


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
    words = [word for word in sys.argv[1:] if word != "--xla"]
    main(*words[:1], *map(int, words[1:]), xla="--xla" in sys.argv)
