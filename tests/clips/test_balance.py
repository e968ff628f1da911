from collections import Counter

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from learnface.clips import class_weights, sample_weights
from learnface.clips.balance import epoch_order
from learnface.errors import DataError


def test_weights_are_those_of_scikit_learn(rng):
    codes = rng.choice(4, size=200, p=[0.6, 0.2, 0.15, 0.05])
    expected = compute_class_weight("balanced", classes=np.arange(4), y=codes)
    assert class_weights(codes) == pytest.approx(dict(enumerate(expected)))
    assert sample_weights(codes).mean() == pytest.approx(1)
    with pytest.raises(DataError, match="label of each sample"):
        class_weights(["happy", None])


def test_an_order_depends_on_seed_and_epoch_alone():
    first = epoch_order(50, 1, 2)
    np.testing.assert_array_equal(first, epoch_order(50, 1, 2))
    assert sorted(first) == list(range(50))
    assert all((first != epoch_order(50, *other)).any() for other in ((1, 3), (2, 2)))


def test_a_balanced_order_shows_classes_equally_often_and_all_samples_in_time():
    classes = np.array(["a"] * 20 + ["b"] * 3 + ["c"])
    seen = Counter()
    for epoch in range(30):
        order = epoch_order(24, 0, epoch, classes)
        counts = Counter(classes[order])
        assert counts == {"a": 8, "b": 8, "c": 8}
        repeats = Counter(order.tolist())
        assert {repeats[20], repeats[21], repeats[22]} == {2, 3}  # 8 = 3 + 3 + 2
        seen.update(order.tolist())
    assert len(seen) == 24


def test_what_does_not_divide_goes_round_the_classes():
    totals = Counter()
    for epoch in range(60):
        order = epoch_order(4, 0, epoch, ["a", "a", "b", "c"])
        assert len(order) == 4
        totals.update(np.array(list("aabc"))[order].tolist())
    assert max(totals.values()) - min(totals.values()) < 40
    assert sum(totals.values()) == 240


def test_more_classes_than_samples_of_an_epoch_is_no_error():
    assert len(epoch_order(2, 0, 0, ["a", "b"])) == 2
