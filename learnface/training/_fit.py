"""Training: thin over `keras.Model.fit`, but resumable, recorded, and never choosing by test data."""

import contextlib
import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from learnface.callbacks import BestWeights, Progress, TrainingState
from learnface.clips import ArraySource, PreparedSource
from learnface.errors import DataError
from learnface.files import locked, make_folder
from learnface.training.environment import command, machine, versions
from learnface.training.labelled_faces import images_hash
from learnface.training.report import RunReport

__all__ = ["Source", "fit"]


class Source(Protocol):
    """What `fit` trains on: an endless stream of batches that can start at any epoch."""

    steps_per_epoch: int

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the batches from an epoch on."""


def fit(
    model: keras.Model,
    source: Source,
    validation: tf.data.Dataset,
    *,
    epochs: int,
    optimizer: keras.optimizers.Optimizer,
    loss: Any,
    metrics: Any = ("accuracy",),
    weighted_metrics: Any = None,
    loss_weights: Any = None,
    monitor: str = "val_accuracy",
    mode: str = "max",
    patience: int | None = None,
    stop_monitor: str = "val_loss",
    run_dir: str | Path | None = None,
    name: str = "",
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    jit_compile: bool = False,
    progress: bool = True,
) -> RunReport:
    """Train a model; afterwards it holds the weights of its best epoch on the validation set.

    With a `run_dir`, a run that was stopped or killed at any moment goes on where its last whole epoch
    ended when the same call is made again, with the same batches and the same result.

    Args:
        model: the model to train.
        source: training batches, such as a `learnface.clips.ArraySource`.
        validation: batches that choose the best epoch and stop the training. Never the test set.
        epochs: largest number of epochs.
        optimizer: a Keras optimiser, with its learning-rate schedule.
        loss: as for `keras.Model.compile`.
        metrics: as for `keras.Model.compile`.
        weighted_metrics: as for `keras.Model.compile`: metrics that mind the sample weights.
        loss_weights: as for `keras.Model.compile`.
        monitor: figure that chooses the best epoch.
        mode: `"max"` or `"min"`: which way `monitor` is better.
        patience: stop after so many epochs without a better `stop_monitor`; None never stops early.
        stop_monitor: figure that stops the training; those whose name holds "loss" are better when lower.
        run_dir: folder of `state.npz`, `best.weights.h5` and `report.json`; None keeps nothing.
        name: name of the run, for its report.
        seed: the seed in use, for the report (set it with `keras.utils.set_random_seed` before building).
        settings: further settings to record; a resumed run must have the same.
        data: what the run was trained on, to record; a resumed run must have the same. None records what a source of
            `learnface.clips` holds, by number and hash, and how it shuffles, batches and augments.
        callbacks: further Keras callbacks; the figures that they add to the logs are shown, kept in the history,
            and may be monitored. What they remember of earlier epochs is lost where a run goes on.
        jit_compile: whether to compile with XLA. On two CPU cores it made small convolutional networks
            slower, by a half and more; on a GPU it is worth trying.
        progress: whether to show progress.

    Returns:
        The run's report; `scores` is left for the evaluation.

    Raises:
        DataError: `run_dir` holds another run or a damaged one, or another process trains in it; `monitor` is not a
            figure of the run; or `epochs` is below 1.
        WriteError: `run_dir` cannot be written to.
    """
    if epochs < 1:
        raise DataError(f"epochs must be 1 or more, not {epochs}")
    model.compile(
        optimizer=optimizer,
        loss=loss,
        metrics=metrics if isinstance(metrics, dict) else list(metrics or ()),
        weighted_metrics=weighted_metrics,
        loss_weights=loss_weights,
        jit_compile=jit_compile,
    )
    with _folder(run_dir) as folder:
        best = BestWeights(folder / "best.weights.h5", monitor=monitor, mode=mode)
        stop = [] if patience is None else [_early_stopping(stop_monitor, patience)]
        choice = {"monitor": monitor, "mode": mode}
        data = _described(source) if data is None else data
        record = _record(model, {**choice, **(settings or {})}, data, seed)
        state = TrainingState(folder / "state.npz", _fingerprint(model, record), replayed=[best, *stop])
        first_epoch = state.restore(model)
        if not _finished(state, stop, epochs):
            shown = Progress(source.steps_per_epoch, first_epoch)
            # The caller's come first, as they may add figures to the logs that the others show, stop and choose
            # by. The state is written last: an epoch counts as done when its best weights are on disk.
            with contextlib.closing(shown):
                model.fit(
                    source.dataset(first_epoch),
                    validation_data=validation,
                    epochs=epochs,
                    initial_epoch=first_epoch,
                    steps_per_epoch=source.steps_per_epoch,
                    callbacks=[*callbacks, *([shown] if progress else []), *stop, best, state],
                    shuffle=False,  # the source shuffles
                    verbose=0,
                )
        if best.best is None:
            for epoch, logs in enumerate(state.history):
                best.replay(epoch, logs)
        model.load_weights(folder / "best.weights.h5")
        report = _report(name, model, record, state.history, best)
        if run_dir:
            report.save(folder / "report.json")
    return report


@contextlib.contextmanager
def _folder(run_dir: str | Path | None) -> Iterator[Path]:
    """Yield the run's folder, for this process alone; or one that is removed afterwards."""
    if not run_dir:
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)
        return
    folder = make_folder(run_dir)
    with locked(folder, "training"):
        yield folder


def _early_stopping(monitor: str, patience: int) -> keras.callbacks.EarlyStopping:
    mode = "min" if "loss" in monitor else "max"
    return keras.callbacks.EarlyStopping(monitor=monitor, patience=patience, mode=mode)


def _finished(state: TrainingState, stop: Sequence[keras.callbacks.EarlyStopping], epochs: int) -> bool:
    """Tell whether the saved run has ended already, by its number of epochs or by early stopping."""
    if len(state.history) >= epochs:
        return True
    for callback in stop:
        values = [logs[callback.monitor] for logs in state.history]
        if callback.mode == "max":
            values = [-value for value in values]
        if values and len(values) - 1 - values.index(min(values)) >= max(callback.patience, 1):
            return True
    return False


def _record(
    model: keras.Model, settings: Mapping[str, Any], data: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Return what makes this run the run it is, as plain JSON values."""
    compiled = model.get_compile_config() or {}
    kept = {key: compiled.get(key) for key in ("loss", "loss_weights")}
    kept["optimizer"] = keras.optimizers.serialize(model.optimizer)
    del kept["optimizer"]["config"]["name"]  # it counts the optimisers of this process
    kept["policy"] = keras.config.dtype_policy().name
    record = {"settings": {**kept, **settings}, "data": dict(data), "seed": seed}
    return json.loads(json.dumps(record, default=_plain))


def _described(source: Any) -> dict[str, Any]:
    """Return what tells other batches, of a source of learnface's: its samples, and how it shows them."""
    if not isinstance(source, ArraySource | PreparedSource):
        return {}
    own = {field.name: getattr(source, field.name) for field in dataclasses.fields(source)}
    images = own.pop("images" if isinstance(source, ArraySource) else "faces")
    held = [own.pop(name, None) for name in ("targets", "sample_weight", "balance")]
    own.pop("cache", None)  # where pixels are kept changes nothing
    arrays = [np.asarray(array) for array in keras.tree.flatten(held) if array is not None]
    return {"train": {"samples": len(images), "sha256": images_hash(images, *arrays), **own}}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    return str(value)


def _fingerprint(model: keras.Model, record: Mapping[str, Any]) -> str:
    # Shapes only: the same model built twice in one process has other names.
    shapes = [(tuple(v.shape), v.dtype) for v in model.variables]
    return hashlib.sha256(json.dumps([shapes, record], sort_keys=True).encode()).hexdigest()


def _report(
    name: str,
    model: keras.Model,
    record: Mapping[str, Any],
    history: Sequence[Mapping[str, float]],
    best: BestWeights,
) -> RunReport:
    return RunReport(
        name=name or model.name,
        parameters=model.count_params(),
        settings=record["settings"],
        seed=record["seed"],
        data=record["data"],
        history={key: [logs[key] for logs in history] for key in history[0]},
        best_epoch=best.best_epoch + 1,
        seconds=round(sum(logs["seconds"] for logs in history), 1),
        command=command(),
        versions=versions(),
        machine=machine(),
    )
