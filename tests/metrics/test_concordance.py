import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mean_squared_error

from learnface.errors import DataError
from learnface.metrics import ConcordanceAccumulator, affect_scores, concordance


@pytest.fixture
def sample():
    random = np.random.default_rng(0)
    y_true = random.uniform(-1, 1, (500, 2))
    return y_true, 0.6 * y_true + random.normal(0.1, 0.2, y_true.shape)


def lin(x, y):
    """Lin's formula from Pearson's correlation, in the words of mi2020's equation 12."""
    rho = stats.pearsonr(x, y).statistic
    return 2 * rho * x.std() * y.std() / (x.std() ** 2 + y.std() ** 2 + (x.mean() - y.mean()) ** 2)


def test_scores_equal_scipy_and_scikit_learn(sample):
    y_true, y_pred = sample
    scores = affect_scores(y_true, y_pred)
    table = scores["per_dimension"]
    for column, name in enumerate(("valence", "arousal")):
        x, y = y_true[:, column], y_pred[:, column]
        assert table.loc[name, "ccc"] == pytest.approx(lin(x, y), abs=1e-12)
        assert table.loc[name, "pearson"] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
        assert table.loc[name, "mse"] == pytest.approx(mean_squared_error(x, y), abs=1e-12)
        assert concordance(x, y) == pytest.approx(lin(x, y), abs=1e-12)
    assert scores["ccc"] == pytest.approx(table.loc[["valence", "arousal"], "ccc"].mean())
    assert (scores["frames"], scores["ignored"]) == (500, 0)


@pytest.mark.parametrize("value", [-5, -2, np.nan])
def test_unannotated_frames_never_count(sample, value):
    y_true, y_pred = sample
    marked = y_true.copy()
    marked[::7, 0] = value  # one missing dimension is enough
    y_pred[::7] = np.nan  # and nothing need be predicted there
    keep = np.arange(500) % 7 != 0
    scores = affect_scores(marked, y_pred)
    expected = affect_scores(y_true[keep], y_pred[keep])
    assert scores["per_dimension"].equals(expected["per_dimension"])
    assert (scores["frames"], scores["ignored"]) == (keep.sum(), 500 - keep.sum())


def test_mask_leaves_frames_out(sample):
    y_true, y_pred = sample
    mask = np.arange(500) < 100
    np.testing.assert_array_equal(concordance(y_true, y_pred, mask), concordance(y_true[:100], y_pred[:100]))


@pytest.mark.parametrize("size", [1, 3, 64, 499])
def test_accumulator_is_exact_where_the_mean_of_batches_is_not(sample, size):
    y_true, y_pred = sample[0], sample[1] + 1000  # far from zero: sums of squares alone would cancel
    accumulator = ConcordanceAccumulator()
    batches = [slice(i, i + size) for i in range(0, 500, size)]
    for batch in batches:
        accumulator.update(y_true[batch], y_pred[batch])
    np.testing.assert_allclose(accumulator.ccc(), concordance(y_true, y_pred), atol=1e-12)
    expected = [stats.pearsonr(y_true[:, i], y_pred[:, i]).statistic for i in range(2)]
    np.testing.assert_allclose(accumulator.pearson(), expected, atol=1e-9)
    y_pred = sample[1]
    batchwise = np.mean([concordance(y_true[batch], y_pred[batch]) for batch in batches])
    assert abs(batchwise - concordance(y_true, y_pred).mean()) > 1e-4


def test_constants():
    varied = np.array([0.1, 0.4, 0.3])
    assert concordance(varied, np.full(3, 0.1)) == 0
    assert concordance(np.full(3, 0.1), varied) == 0
    assert concordance(np.full(3, 0.1), np.full(3, 0.2)) == 0
    assert concordance(np.full(3, 0.1), np.full(3, 0.1)) == 1
    scores = affect_scores(np.full((3, 1), 0.1), varied[:, None], dimensions=("valence",))
    assert scores["pearson"] == 0


def test_one_frame():
    assert concordance([0.3], [0.3]) == 1
    assert concordance([0.3], [0.2]) == 0


def test_groups(sample):
    y_true, y_pred = sample
    groups = np.array(["b", "a", "c"])[np.arange(500) % 3]
    y_true[groups == "c"] = -5
    table = affect_scores(y_true, y_pred, groups=groups)["per_group"]
    assert table.index.tolist() == ["a", "b", "c"]
    assert table["frames"].tolist() == [167, 167, 0]
    for group in "ab":
        own = affect_scores(y_true[groups == group], y_pred[groups == group])
        assert table.loc[group, "ccc_mean"] == own["ccc"]
        assert table.loc[group, "mse_arousal"] == own["per_dimension"].loc["arousal", "mse"]
    assert table.loc["c"].drop("frames").isna().all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0, 0]], [[0, 0, 0]]), r"\(1, 2\) and y_pred \(1, 3\)"),
        (([0, 0], [0, 0]), r"\(frames, 2\)"),
        (([[-5, -5]], [[0, 0]]), "no frame counts"),
        ((np.zeros((0, 2)), np.zeros((0, 2))), "no frame counts"),
        (([[0, 0]], [[0, np.nan]]), "1 annotated frames have no finite prediction"),
        (([[0, 0]], [[0, 0]], ("v", "a"), ["x", "y"]), "1 frames"),
        (([[0, 0]], [[0, 0]], ("v", "a"), None, [1]), "True or False"),
        (([[0, 0]], [[0, 0]], ("v", "a"), None, [False]), "no frame counts"),
    ],
)
def test_wrong_input_is_named(arguments, message):
    with pytest.raises(DataError, match=message):
        affect_scores(*arguments)


def test_nothing_added():
    with pytest.raises(DataError, match="no frame counts"):
        ConcordanceAccumulator().mse()
