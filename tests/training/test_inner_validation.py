import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from learnface.errors import DataError
from learnface.training import GridSearch, Samples, inner_folds, inner_split


@pytest.fixture
def train(rng):
    """Thirty samples of six people; the radius tells the class, so that no linear estimator can."""
    codes = np.arange(30) % 2
    index = pd.DataFrame({"sample": range(30), "subject": np.repeat(list("abcdef"), 5)})
    index["label"] = np.array(["happy", "sad"])[codes]
    angle = rng.uniform(0, 6.3, 30)
    inputs = (1 + 2 * codes)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return Samples(index, np.arange(100, 130), ("happy", "sad"), inputs, codes)


def test_nobody_is_on_both_sides(train):
    learn, choose = inner_split(train, validation=0.3)
    assert len(learn) + len(choose) == 30 and 5 <= len(choose) <= 10
    assert not set(learn.index["subject"]) & set(choose.index["subject"])
    people = train.index["subject"].to_numpy()
    folds = inner_folds(train, 3)
    assert sorted(np.concatenate([choose for _, choose in folds])) == list(range(30))
    for learn, choose in folds:
        assert not set(people[learn]) & set(people[choose])


def test_few_people_and_rare_classes_are_no_obstacle(train):
    two = train.take(np.arange(10))
    assert len(inner_folds(two, 4)) == 2
    with pytest.raises(DataError, match="one subject only"):
        inner_folds(train.take(np.arange(5)))


def test_a_grid_is_searched_as_scikit_learn_does_it(train):
    grid = {"kernel": ("linear", "rbf"), "C": (0.001, 10)}
    method = GridSearch(SVC(), grid, folds=3)
    test = train.take(np.arange(4))
    predicted, notes = method.fit_predict(train, test, seed=5)
    reference = GridSearchCV(SVC(), grid, cv=inner_folds(train, 3, seed=5), scoring="f1_macro")
    reference.fit(train.inputs, train.codes)
    assert {name: notes[name] for name in grid} == reference.best_params_ == {"kernel": "rbf", "C": 10}
    np.testing.assert_array_equal(predicted, reference.predict(test.inputs))
    assert notes["inner_f1"] > 0.9


def test_of_equals_the_first_and_no_search_without_choice(train):
    easy = Samples(train.index, train.rows, train.labels, train.codes[:, None] * 9.0, train.codes)
    assert GridSearch(SVC(), {"C": (3, 2)}).fit_predict(easy, easy, seed=0)[1] == {"C": 3, "inner_f1": 1}
    assert GridSearch(SVC(), {"C": (3,)}).fit_predict(easy, easy, seed=0)[1] == {}


def test_one_class_is_predicted_and_pictures_are_refused(train):
    happy = train.take(np.arange(0, 30, 2))
    predicted, _ = GridSearch(SVC()).fit_predict(happy, train, seed=0)
    assert predicted.tolist() == [0] * 30
    flat = Samples(train.index, train.rows, train.labels, np.zeros((30, 8, 8)), train.codes)
    with pytest.raises(DataError, match=r"\(samples, features\)"):
        GridSearch(SVC()).fit_predict(flat, flat, seed=0)
