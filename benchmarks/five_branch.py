"""The five-branch network: one folded batch against five calls, and faces a second.

    python benchmarks/five_branch.py [--backbone fer_vgg] [--size 48] [--batch 64] [--repeats 5]
        [--policies float32 mixed_bfloat16] [--no-xla]

First a training step whose five pictures go through the shared backbone as one batch, against one that calls it five
times. Then faces a second of training and of inference, of the network from one face to its classes (it cuts and
occludes inside), in each precision, with and without XLA. What is compared is measured in turn, so that a load on
the machine falls on all alike; medians by the clock and by the CPU time of all threads, which is the one to trust on
a busy machine (on a GPU the clock is). A combination that does not run here is said so.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from learnface.models import five_branch
from learnface.models.backbones import build_backbone
from learnface.training import precision


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backbone", default="fer_vgg")
    parser.add_argument("--size", type=int, default=48)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--policies", nargs="+", default=["float32", "mixed_bfloat16"])
    parser.add_argument("--no-xla", action="store_true")
    options = parser.parse_args()
    print(
        f"{options.backbone}, {options.size} pixels, {options.batch} faces a batch, {options.repeats} repeats"
    )
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    folding(options)
    rates(options)
    print(f"load after: {os.getloadavg()[0]:.1f}")


def folding(options: argparse.Namespace) -> None:
    """Print the ratio of five calls to one folded call."""
    shape = (5, options.size, options.size, 1)
    pictures, targets = batch(options, shape)
    steps = {}
    for name, build in (("five calls", five_calls), ("folded", folded)):
        model = compiled(build(options.backbone, shape), xla=False)
        steps[name] = lambda model=model: model.train_on_batch(pictures, targets)
    found = measure(steps, options.repeats)
    print("\ntraining step | clock, ms | CPU, ms")
    for name, (wall, processor) in found.items():
        print(f"{name} | {1000 * wall:.0f} | {1000 * processor:.0f}")
    (wall, processor), (one_wall, one_processor) = found["five calls"], found["folded"]
    print(f"five calls / folded | {wall / one_wall:.2f} | {processor / one_processor:.2f}")


def rates(options: argparse.Namespace) -> None:
    """Print faces a second in each precision, with and without XLA."""
    shape = (options.size, options.size, 1)
    faces, targets = batch(options, shape)
    steps = {}
    for policy in options.policies:
        for xla in (False,) if options.no_xla else (False, True):
            with precision(policy):
                model = compiled(five_branch(shape, backbone=options.backbone), xla)
            name = f"{policy}{', XLA' if xla else ''}"
            steps[f"training, {name}"] = lambda model=model: model.train_on_batch(faces, targets)
            steps[f"inference, {name}"] = lambda model=model: model.predict_on_batch(faces)
    print("\ntask | faces a second by the clock | faces a second of CPU time")
    for name, (wall, processor) in measure(steps, options.repeats).items():
        print(f"{name} | {options.batch / wall:.0f} | {options.batch / processor:.0f}")


def folded(backbone: str, shape: tuple[int, ...]) -> keras.Model:
    return five_branch(shape, backbone=backbone)


def five_calls(backbone: str, shape: tuple[int, ...]) -> keras.Model:
    """Return the same network, whose backbone is called for one branch after the other."""
    network = build_backbone(backbone, shape[1:])
    whole = five_branch(shape, backbone=network)
    head = keras.Model(whole.get_layer("features").output, whole.output)
    pictures = keras.Input(shape)
    features = [network(pictures[:, branch]) for branch in range(5)]
    return keras.Model(pictures, head(keras.ops.stack(features, axis=1)))


def compiled(model: keras.Model, xla: bool) -> keras.Model:
    optimizer = keras.optimizers.SGD(0.001, momentum=0.9)
    model.compile(optimizer, "categorical_crossentropy", jit_compile=xla)
    return model


def batch(options: argparse.Namespace, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    classes = random.integers(0, 8, options.batch)
    return random.random((options.batch, *shape), "float32"), np.eye(8, dtype="float32")[classes]


def measure(steps: Mapping[str, Callable], repeats: int) -> dict[str, list[float]]:
    """Return the median seconds of each step by the clock and by CPU time, run in turn."""
    able = {}
    for name, step in steps.items():
        try:
            step()  # compiling is not running
            able[name] = step
        except Exception as error:  # an unsupported combination must not hide the others
            print(f"{name}: does not run here ({type(error).__name__}: {str(error).splitlines()[0][:80]})")
    times = {name: [] for name in able}
    for _ in range(repeats):
        for name, step in able.items():
            wall, processor = time.perf_counter(), time.process_time()
            step()
            times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in times.items()
    }


if __name__ == "__main__":
    main()
