import dataclasses
import subprocess
import sys

import pytest

from learnface import labels
from learnface.corpora import CORPORA, get_corpus
from learnface.errors import DataError


@pytest.mark.parametrize("name", CORPORA)
def test_cards_are_complete(name):
    card = CORPORA[name].CARD
    assert card.name == name
    assert card.url.startswith("https://")
    assert all((card.title, card.licence, card.how_to_get, card.citation))
    assert [labels.canonical(label) for label in card.labels] == list(card.labels)
    found_in_data = name == "labelled_clips"
    assert bool(card.labels) == (card.kind != "valence-arousal" and not found_in_data)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="movies"):
        dataclasses.replace(CORPORA["fer2013"].CARD, kind="movies")


def test_unknown_corpus_names_the_known_ones():
    with pytest.raises(DataError, match="'fer2031'.*ferplus"):
        get_corpus("fer2031")


def test_import_loads_no_tensorflow():
    code = "import sys, learnface.corpora; print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
