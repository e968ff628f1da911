import numpy as np

from learnface.clips._epochs import endless_batches


def rows(first_epoch, count):
    def order(epoch):
        return np.roll(np.arange(5), epoch)

    batches = endless_batches(order, lambda epoch, step, places: (epoch, step, places), 2, first_epoch)
    return [(int(e), int(s), p.tolist()) for e, s, p in batches.take(count).as_numpy_iterator()]


def test_each_epoch_has_its_order_and_drops_nothing():
    expected = [(0, 0, [0, 1]), (0, 1, [2, 3]), (0, 2, [4]), (1, 0, [4, 0]), (1, 1, [1, 2]), (1, 2, [3])]
    assert rows(0, 6) == expected


def test_a_later_epoch_is_the_same_when_one_begins_there():
    assert rows(1, 3) == rows(0, 6)[3:]
