import json

import pytest

from learnface.annotation import Batch, Duration, Finished, Mark, Stretch, Unmark
from learnface.annotation.messages import parse_batch, parse_json
from learnface.errors import DataError

LABELS = ("happy", "confused")
STRETCH = {"kind": "stretch", "dimension": "valence", "start": 0, "stop": 1, "samples": [[0, 0.5], [1, -1]]}
MARK = {"kind": "mark", "id": "m-1", "label": "happy", "start": 0.5, "stop": 2}


def batch(*changes, **fields):
    return {"page": "p", "number": 1, "annotator": "Anna", "clip": 2, "changes": list(changes)} | fields


def test_every_kind_of_change():
    rest = [
        {"kind": "mark", "id": "m2", "label": "confused", "start": 3, "stop": None},
        {"kind": "unmark", "id": "m-1"},
        {"kind": "duration", "seconds": 12.5},
        {"kind": "finished", "value": True},
    ]
    assert parse_batch(batch(STRETCH, MARK, *rest), LABELS) == Batch(
        "p",
        1,
        "Anna",
        2,
        (
            Stretch("valence", 0.0, 1.0, ((0.0, 0.5), (1.0, -1.0))),
            Mark("m-1", "happy", 0.5, 2.0),
            Mark("m2", "confused", 3.0, None),
            Unmark("m-1"),
            Duration(12.5),
            Finished(True),
        ),
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"page": "../x"}, "page must have"),
        ({"page": "x" * 65}, "page must have"),
        ({"page": 3}, "page must be given"),
        ({"number": 0}, "number must be a whole number"),
        ({"number": True}, "number must be a whole number"),
        ({"number": 1.5}, "number must be a whole number"),
        ({"number": 2**70}, "number must be a whole number"),
        ({"clip": "1"}, "clip must be a whole number"),
        ({"annotator": "x" * 65}, "printable"),
        ({"annotator": None}, "annotator must be given"),
        ({"changes": []}, "changes must be 1 to"),
        ({"changes": [MARK] * 201}, "changes must be 1 to"),
        ({"changes": "mark"}, "changes must be given"),
        ({"changes": ["mark"]}, "not a JSON object"),
        ({"changes": [{"kind": "drop"}]}, "kind must be"),
    ],
)
def test_batches_that_are_refused(fields, message):
    with pytest.raises(DataError, match=message):
        parse_batch(batch(MARK) | fields, LABELS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (STRETCH | {"dimension": "power"}, "dimension must be one of"),
        (STRETCH | {"start": -1}, "start must be a number of seconds"),
        (STRETCH | {"start": 2}, "must not stop before its start"),
        (STRETCH | {"stop": 1e9}, "stop must be a number of seconds"),
        (STRETCH | {"samples": [[0, 0]] * 20_001}, "more than 20,000 samples"),
        (STRETCH | {"samples": [[0, 2]]}, "value from -1 to 1"),
        (STRETCH | {"samples": [[3, 0]]}, "within its stretch"),
        (STRETCH | {"samples": [[0]]}, "pair of numbers"),
        (STRETCH | {"samples": [[0, "0"]]}, "pair of numbers"),
        (STRETCH | {"samples": [[0, True]]}, "pair of numbers"),
        (STRETCH | {"samples": [[0, float("nan")]]}, "pair of numbers"),
        (STRETCH | {"samples": {}}, "samples must be given"),
        (MARK | {"label": "bored"}, "label must be one of happy, confused"),
        (MARK | {"stop": 0.5}, "stop after its start"),
        (MARK | {"stop": 0.5002}, "stop after its start"),
        (MARK | {"id": "'; DROP TABLE marks"}, "id must have"),
        (MARK | {"start": None}, "start must be a number"),
        ({"kind": "duration", "seconds": 0}, "seconds must be above 0"),
        ({"kind": "finished", "value": 1}, "value must be given"),
    ],
)
def test_changes_that_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        parse_batch(batch(change), LABELS)


def test_json():
    assert parse_json(json.dumps({"a": [1, "ä"]}).encode()) == {"a": [1, "ä"]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 100_000, b'{"a":1}x']
)
def test_bodies_that_are_no_json(body):
    with pytest.raises(DataError, match="the body is not JSON"):
        parse_json(body)


def test_json_that_is_no_object():
    with pytest.raises(DataError, match="not a JSON object"):
        parse_json(b"[1]")
