"""Trained models for other programs: TensorFlow SavedModel, LiteRT (TFLite) and ONNX, checked before they count."""

import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from learnface.errors import DataError, optional_import
from learnface.files import write_text

__all__ = ["export"]

TOLERANCE = 1e-4
SAMPLES = 2
RECURRENT = (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN)


def export(model: keras.Model, path: str | Path) -> None:
    """Export a model, and make sure that the exported one gives the same outputs.

    The exported model takes and gives what the model itself does: float32 in [0, 1], `(batch, ...)`. Where the
    model has a card, it is written beside it, as `<path>.json`: labels in order, and how faces are cut.

    Args:
        model: a model of images or clips; clips of a fixed number of frames for LiteRT.
        path: `*.tflite` for LiteRT, `*.onnx` for ONNX (which needs `pip install "learnface[onnx]"`), and a
            folder without a suffix for a SavedModel. It is there as a whole or not at all, and takes the place
            of an older export.

    Raises:
        DataError: the path has another suffix or is a folder of other things, or the model cannot be exported
            that way, or the exported model differs by more than 1e-4.
        MissingDependencyError: ONNX's packages are not installed.

    Example:
        >>> from learnface.models import fer_vgg
        >>> folder = tempfile.mkdtemp()
        >>> export(fer_vgg(weights="ferplus"), f"{folder}/fer_vgg.tflite")
        >>> sorted(path.name for path in Path(folder).iterdir())
        ['fer_vgg.tflite', 'fer_vgg.tflite.json']
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix)
    if write is None:
        raise DataError(f"{path}: give a path that ends in .tflite or .onnx, or a folder for a SavedModel")
    _check_place(path)
    inputs = [_example(tensor) for tensor in model.inputs]
    expected = np.asarray(model.predict_on_batch(_packed(model, inputs)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        temporary = Path(folder) / path.name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations of the converters, of no use to the caller
            try:
                found = write(model, temporary)(inputs)
            except DataError:
                raise
            except (RuntimeError, ValueError, TypeError) as error:
                reason = str(error).strip().split("\n")[0]
                raise DataError(f"{model.name} cannot be exported to {path}: {reason}") from error
            _check(model, path, found, expected)
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    card = getattr(model, "card", None)
    if card is not None:
        write_text(path.with_name(f"{path.name}.json"), card.to_json())


def _check_place(path: Path) -> None:
    """Refuse to put an export in the place of anything but an older one."""
    if path.is_dir() and any(path.iterdir()) and (path.suffix or not (path / "saved_model.pb").is_file()):
        raise DataError(f"{path} is a folder of other things: give the path of a new one")
    if not path.suffix and path.is_file():
        raise DataError(f"{path} is a file, but a SavedModel is a folder: give the path of a new one")


def _check(model: keras.Model, path: Path, found: np.ndarray, expected: np.ndarray) -> None:
    difference = float(np.abs(found - expected).max())
    if not difference <= TOLERANCE:
        raise DataError(
            f"{path} would differ from {model.name} by {difference:.2g} (at most {TOLERANCE:g} is allowed): "
            "nothing was written; please report this"
        )


def _packed(model: keras.Model, inputs: list[np.ndarray]) -> np.ndarray | list | dict:
    """Return the inputs as the model takes them: one array, a list, or a dictionary by name."""
    return keras.tree.pack_sequence_as(model.input, inputs)


def _example(tensor: keras.KerasTensor) -> np.ndarray:
    """Return an input; of the frames that a mask tells of, some are missing at the end, as in batches of clips."""
    shape = [SAMPLES, *(side or 4 for side in tensor.shape[1:])]
    if tensor.dtype != "bool":
        return np.random.default_rng(0).random(shape, np.float32)
    there = np.maximum(shape[1] - 1 - np.arange(SAMPLES), 1)
    return np.arange(shape[1]) < there[:, None]


def _saved_model(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], np.ndarray]:
    import tensorflow as tf

    model.export(path, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(path)
    return lambda inputs: loaded.serve(_packed(model, inputs)).numpy()


def _litert(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], np.ndarray]:
    import tensorflow as tf

    if any(None in tensor.shape[1:] for tensor in model.inputs):
        raise DataError(
            f"{model.name} takes {model.input_shape}: LiteRT needs fixed sizes and numbers of frames"
        )
    _unrolled(model).export(path, format="litert", verbose=False)

    def run(inputs: list[np.ndarray]) -> np.ndarray:
        interpreter = tf.lite.Interpreter(str(path))
        rows = []
        for sample in range(SAMPLES):
            interpreter.allocate_tensors()
            details = sorted(interpreter.get_input_details(), key=lambda detail: detail["name"])
            for detail, values in zip(details, inputs, strict=True):
                interpreter.set_tensor(detail["index"], values[sample : sample + 1])
            interpreter.invoke()
            rows.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
        return np.concatenate(rows)

    return run


def _unrolled(model: keras.Model) -> keras.Model:
    """Return the model with its recurrent layers written out step by step: LiteRT has no loops over lists."""

    def copy(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        return type(layer).from_config({**config, "unroll": True} if isinstance(layer, RECURRENT) else config)

    unrolled = keras.models.clone_model(model, clone_function=copy)
    unrolled.set_weights(model.get_weights())
    return unrolled


def _onnx(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], np.ndarray]:
    optional_import("tf2onnx", extra="onnx")
    runtime = optional_import("onnxruntime", extra="onnx")
    model.export(path, format="onnx", verbose=False)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return lambda inputs: session.run(None, dict(zip(names, inputs, strict=True)))[0]


_WRITERS = {"": _saved_model, ".tflite": _litert, ".onnx": _onnx}
