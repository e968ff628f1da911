import dataclasses

import pytest

from learnface.annotation import changes
from learnface.annotation.changes import Batch, Mark, Stretch


def test_changes_are_values():
    one = Batch("page", 1, "Anna", 3, (Mark("m", "happy", 1.0), Stretch("valence", 0, 1, ((0.5, 0.2),))))
    assert one == dataclasses.replace(one) and hash(one) == hash(dataclasses.replace(one))
    assert one.changes[0].stop is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 2


def test_dimensions_are_the_columns_of_the_corpora():
    assert changes.DIMENSIONS == ("valence", "arousal")
