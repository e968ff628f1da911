"""The folder of a cross-validation: one whole file a fold, which only the same run may use again."""

import contextlib
import dataclasses
import functools
import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.errors import DataError
from learnface.files import locked, make_folder, sha256, write_text
from learnface.training.samples import Inputs

__all__ = ["FoldFiles", "describe_method", "run_description"]

_OPAQUE = ("keras", "tensorflow", "numpy")
"""Packages whose objects name themselves anew in every process: of these only the type counts."""


class FoldFiles:
    """Keeps the results of folds in a folder.

    Args:
        folder: where; None keeps nothing.
        run: what makes this run the run it is; another run's folder is refused.
    """

    def __init__(self, folder: str | Path | None, run: Mapping[str, Any]):
        self.folder = None if folder is None else Path(folder)
        self.run = run
        self._text = json.dumps(run, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        self.fingerprint = hashlib.sha256(self._text.encode()).hexdigest()

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Make the folder this run's, and keep other processes out of it meanwhile.

        Raises:
            DataError: the folder holds another run, or another process works in it.
            WriteError: it cannot be written to.
        """
        if self.folder is None:
            yield
            return
        with locked(make_folder(self.folder), "cross-validating"):
            record = self.folder / "run.json"
            if record.exists() and record.read_text(encoding="utf-8") != self._text:
                changed = _differing(record, self.run)
                raise DataError(
                    f"{self.folder} holds another run ({changed}): give another run_dir, or remove it"
                )
            write_text(record, self._text)
            yield

    def read(self, number: int) -> dict[str, Any] | None:
        """Return a fold's result, None if it is not done.

        Raises:
            DataError: the file is damaged, or another run's.
        """
        path = self._path(number)
        if path is None or not path.exists():
            return None
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            fingerprint, result = kept["run"], kept["result"]
        except (ValueError, KeyError, TypeError):
            raise DataError(f"{path} is damaged: remove it, and the fold is done again") from None
        if fingerprint != self.fingerprint:
            raise DataError(f"{path} belongs to another run: give another run_dir, or remove it")
        return result

    def write(self, number: int, result: Mapping[str, Any]) -> None:
        """Keep a fold's result."""
        path = self._path(number)
        if path is not None:
            write_text(path, json.dumps({"run": self.fingerprint, "result": result}) + "\n")

    def _path(self, number: int) -> Path | None:
        return None if self.folder is None else self.folder / "folds" / f"{number:03d}.json"


def run_description(
    method: Any,
    index: pd.DataFrame,
    labels: tuple[str, ...],
    inputs: Inputs | None,
    seed: int,
    settings: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what a result depends on: method, settings, seed, samples, classes, folds and inputs."""
    columns = [name for name in ("corpus", "sample", "subject", "label", "fold") if name in index]
    rows = index[columns].astype(str).to_csv(index=False)
    run = {
        "method": describe_method(method),
        "settings": dict(settings or {}),
        "seed": seed,
        "labels": list(labels),
        "samples": hashlib.sha256(rows.encode()).hexdigest(),
        "inputs": _hash(inputs),
    }
    return json.loads(json.dumps(run, default=_plain))


def describe_method(method: Any) -> Any:
    """Return a method's name and settings in a form that is the same in every process.

    Of an object all attributes count, and of a function without a name of its own its code and what it closes over:
    a folder must not be gone on with by a method that only looks the same.

    Example:
        >>> describe_method(describe_method)
        'learnface.training._fold_files.describe_method'
    """
    return _described(method, ())


def _described(thing: Any, around: tuple[int, ...]) -> Any:
    """Return a description; `around` are the objects that hold this one, which may hold them in turn."""
    if isinstance(thing, (bool, int, float, str, type(None))):
        return thing
    if isinstance(thing, (np.ndarray, np.generic)):
        return _hash(np.asarray(thing))
    if isinstance(thing, Path):
        return str(thing)
    if id(thing) in around:
        return _name(type(thing))
    around = (*around, id(thing))
    if isinstance(thing, (list, tuple)):
        return [_described(value, around) for value in thing]
    if isinstance(thing, (set, frozenset)):
        return [_described(value, around) for value in sorted(thing, key=repr)]
    if isinstance(thing, Mapping):
        return {str(name): _described(value, around) for name, value in thing.items()}
    if isinstance(thing, functools.partial):
        own = {"function": thing.func, "args": thing.args, "keywords": thing.keywords}
        return _described(own, around)
    if inspect.ismethod(thing):
        return {"name": _name(thing), "of": _described(thing.__self__, around)}
    if inspect.isfunction(thing) and (thing.__closure__ or thing.__name__ == "<lambda>"):
        return {"name": _name(thing), "code": _code(thing), "closure": _described(_closure(thing), around)}
    if hasattr(thing, "__qualname__"):  # a function or a class, which its name tells
        return _name(thing)
    name, own = _name(type(thing)), _own(thing)
    return {"name": name, **_described(own, around)} if own else name


def _own(thing: Any) -> dict[str, Any]:
    """Return the settings of an object by name."""
    if hasattr(thing, "get_params"):
        return thing.get_params(deep=False)
    if dataclasses.is_dataclass(thing):
        return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    if type(thing).__module__.partition(".")[0] in _OPAQUE:
        return {}
    return vars(thing) if hasattr(thing, "__dict__") else {}


def _code(function: Any) -> str:
    """Return a hash of what a function does; what is defined inside it counts by its own code."""

    def parts(code: Any) -> list:
        inner = [parts(value) if inspect.iscode(value) else repr(value) for value in code.co_consts]
        return [code.co_code.hex(), code.co_names, code.co_varnames, inner]

    return hashlib.sha256(repr(parts(function.__code__)).encode()).hexdigest()


def _closure(function: Any) -> dict[str, Any]:
    return inspect.getclosurevars(function).nonlocals | {"defaults": function.__defaults__}


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _hash(inputs: Any) -> Any:
    if inputs is None:
        return None
    if isinstance(inputs, Mapping):
        return {str(name): _hash(value) for name, value in inputs.items()}
    if isinstance(inputs, (str, Path)):
        return sha256(inputs)
    array = np.ascontiguousarray(inputs)
    digest = hashlib.sha256(f"{array.shape}{array.dtype}".encode())
    digest.update(array.reshape(-1).view(np.uint8))
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else str(value)


def _differing(record: Path, run: Mapping[str, Any]) -> str:
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
        names = sorted(name for name in {*kept, *run} if kept.get(name) != run.get(name))
    except (ValueError, AttributeError):
        names = []
    return f"other {', '.join(names)}" if names else "or a damaged one"
