"""Read what a page sends: every name, number and length is checked before it comes near the store."""

import json
import math
from collections.abc import Sequence
from typing import Any

from learnface.annotation.changes import (
    DIMENSIONS,
    Batch,
    Change,
    Duration,
    Finished,
    Mark,
    Stretch,
    Unmark,
)
from learnface.annotation.store import person_name
from learnface.errors import DataError

__all__ = ["parse_batch", "parse_json"]

LONGEST_VIDEO = 24 * 3600  # seconds
MOST_CHANGES = 200
MOST_SAMPLES = 20_000
LONGEST_ID = 64


def parse_json(body: bytes) -> dict[str, Any]:
    """Return the object that a JSON body holds.

    Raises:
        DataError: it is no JSON object, or holds NaN or infinity, which JSON does not have.
    """
    try:
        data = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise DataError("the body is not JSON") from None
    if not isinstance(data, dict):
        raise DataError("the body is not a JSON object")
    return data


def parse_batch(data: dict[str, Any], labels: Sequence[str]) -> Batch:
    """Return the batch that a page sent.

    Args:
        data: the JSON object.
        labels: the emotions that a mark may have.

    Raises:
        DataError: a field is missing, of another kind, too long or out of range; the message names it.
    """
    changes = _field(data, "changes", list)
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise DataError(f"changes must be 1 to {MOST_CHANGES}, not {len(changes)}")
    return Batch(
        page=_id(data, "page"),
        number=_whole(data, "number"),
        annotator=person_name(_field(data, "annotator", str)),
        clip=_whole(data, "clip"),
        changes=tuple(_change(change, labels) for change in changes),
    )


def _change(data: Any, labels: Sequence[str]) -> Change:
    if not isinstance(data, dict):
        raise DataError("a change is not a JSON object")
    kind = data.get("kind")
    if kind == "stretch":
        return _stretch(data)
    if kind == "mark":
        return _mark(data, labels)
    if kind == "unmark":
        return Unmark(_id(data, "id"))
    if kind == "duration":
        seconds = _time(data, "seconds")
        if seconds < 0.001:
            raise DataError("seconds must be above 0")
        return Duration(seconds)
    if kind == "finished":
        return Finished(_field(data, "value", bool))
    raise DataError("kind must be stretch, mark, unmark, duration or finished")


def _stretch(data: dict[str, Any]) -> Stretch:
    dimension = _field(data, "dimension", str)
    if dimension not in DIMENSIONS:
        raise DataError(f"dimension must be one of {', '.join(DIMENSIONS)}")
    start, stop = _time(data, "start"), _time(data, "stop")
    samples = _field(data, "samples", list)
    if stop < start or len(samples) > MOST_SAMPLES:
        raise DataError(
            f"a stretch must not stop before its start or hold more than {MOST_SAMPLES:,} samples"
        )
    pairs = []
    for sample in samples:
        if not isinstance(sample, list) or len(sample) != 2 or not all(map(_is_number, sample)):
            raise DataError("a sample must be a pair of numbers, its time and its value")
        time, value = map(float, sample)
        if not start <= time <= stop or not -1 <= value <= 1:
            raise DataError("a sample must lie within its stretch and have a value from -1 to 1")
        pairs.append((time, value))
    return Stretch(dimension, start, stop, tuple(pairs))


def _mark(data: dict[str, Any], labels: Sequence[str]) -> Mark:
    label = _field(data, "label", str)
    if label not in labels:
        raise DataError(f"label must be one of {', '.join(labels)}")
    start = _time(data, "start")
    stop = None if data.get("stop") is None else _time(data, "stop")
    if stop is not None and round(stop * 1000) <= round(start * 1000):
        raise DataError("a mark must stop after its start")
    return Mark(_id(data, "id"), label, start, stop)


def _field(data: dict[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if not isinstance(value, kind):
        raise DataError(f"{name} must be given, as JSON's form of {kind.__name__}")
    return value


def _id(data: dict[str, Any], name: str) -> str:
    value = _field(data, name, str)
    if not 1 <= len(value) <= LONGEST_ID or not all(
        c.isascii() and (c.isalnum() or c in "-_") for c in value
    ):
        raise DataError(f"{name} must have 1 to {LONGEST_ID} letters, digits, '-' or '_'")
    return value


def _whole(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**53:
        raise DataError(f"{name} must be a whole number from 1")
    return value


def _time(data: dict[str, Any], name: str) -> float:
    value = data.get(name)
    if not _is_number(value) or not 0 <= value <= LONGEST_VIDEO:
        raise DataError(f"{name} must be a number of seconds from 0 to {LONGEST_VIDEO}")
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _refuse(_: str) -> float:
    raise ValueError
