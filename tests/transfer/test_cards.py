import dataclasses
import json
from types import SimpleNamespace

import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.models import ModelCard
from learnface.transfer import preparation_of
from learnface.transfer._cards import protocol


def part(corpus, *people):
    table = pd.DataFrame({"sample": range(len(people)), "corpus": corpus, "subject": people})
    images = SimpleNamespace(samples=table)
    return SimpleNamespace(images=images)


@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        (("a", "b"), ("c",), "people are in one split only"),
        (("a", "b"), ("b",), "1 person is in more than one split"),
        (("a", "b"), ("b", "a"), "2 people are in more than one split"),
        (("a", None), ("b",), "is not known (only 2 of 3 samples names its person)"),
        ((None, None), (None,), "is not known (no sample names its person)"),
    ],
)
def test_the_protocol_says_what_is_known_of_people(train, test, expected):
    text = protocol({"train": part("one", *train), "test": part("one", *test)})
    assert expected in text and text.endswith(
        "validation chose the epoch (by accuracy); test was scored once"
    )


def test_two_corpora_may_use_the_same_names():
    text = protocol({"train": part("one", "S001"), "validation": part("two", "S001")}, "val_uar")
    assert text == "people are in one split only; validation chose the epoch (by uar); there was no test"


def test_a_model_that_began_as_another_may_know_people_of_the_test():
    base = ModelCard(model="old", labels=("a",), input_shape=(1, 1, 1), corpus="labelled_clips")
    samples = {"train": part("one", "a"), "test": part("one", "b")}
    assert protocol(samples, base=base).endswith(
        "it began as a model of labelled_clips, whose people may be in the test"
    )
    assert protocol(samples).endswith("test was scored once")


def test_cards_that_say_nothing_or_too_much():
    card = ModelCard(model="old", labels=("a",), input_shape=(1, 1, 1))
    with pytest.raises(DataError, match="card of old does not say"):
        preparation_of(card)
    with pytest.raises(DataError, match="settings that this version does not know"):
        preparation_of(dataclasses.replace(card, preparation={"size": [1, 1], "sharpen": 2}))
    kept = json.loads(dataclasses.replace(card, preparation={"size": [8, 8]}).to_json())
    assert preparation_of(ModelCard.from_json(json.dumps(kept))).size == (8, 8)
