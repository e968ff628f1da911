"""Networks as methods of cross-validation, on arrays so small that a fold takes a second."""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest
from checks.micro import write_clips

from learnface.clips import MicroSettings, prepare_micro
from learnface.recipes._micro_networks import Network, network_inputs
from learnface.training import Samples, cross_validate

QUICK = {"width": 1 / 64, "units": 128, "dropout": 0.1}


def corpus(people=3, clips=8):
    """People whose flow goes left or right by their class, and whose frames tell the person alone."""
    rng = np.random.default_rng(0)
    subject, codes = np.repeat(np.arange(people), clips), np.tile(np.arange(clips) % 2, people)
    flow = rng.normal(0, 0.03, (len(codes), 2, 16, 16, 3))
    flow[..., 0] += np.where(codes, 0.3, -0.3)[:, None, None, None]
    frames = np.broadcast_to((40 + 60 * subject)[:, None, None, None, None], (len(codes), 3, 16, 16, 3))
    index = pd.DataFrame(
        {
            "sample": [f"c{place}" for place in range(len(codes))],
            "subject": [f"s{person}" for person in subject],
            "label": np.array(["happy", "sad"])[codes],
        }
    )
    return index, {"frames": frames.astype(np.uint8), "flow": flow.astype(np.float16)}


def test_a_network_learns_what_other_people_show():
    index, inputs = corpus(people=4)
    flow = {"onset_apex": inputs["flow"][:, 0].astype(np.float32)}
    network = Network(
        "ststnet", {"dropout": 0.0}, ("onset_apex",), epochs=30, batch_size=8, learning_rate=0.01
    )
    result = cross_validate(network, index, flow, progress=False)
    assert result.scores["accuracy"]["value"] > 0.9
    assert result.folds["epoch"].between(1, 30).all()


def one_fold():
    """Return training and test samples, the last person's."""
    index, inputs = corpus()
    rows = np.flatnonzero(index["subject"] != "s2"), np.flatnonzero(index["subject"] == "s2")
    truth = (index["label"] == "sad").to_numpy(int)[rows[0]]
    train, test = (
        Samples(index.iloc[r], r, ("happy", "sad"), {name: array[r] for name, array in inputs.items()}, codes)
        for r, codes in zip(rows, (truth, None), strict=True)
    )
    return train, test


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_fold_does_not_depend_on_those_before(policy):
    train, test = one_fold()
    network = Network("micro_fusion", QUICK, epochs=2, learning_rate=0.01, dtype_policy=policy)
    first, notes = network.fit_predict(train, test, seed=5)
    other, _ = network.fit_predict(train, test, seed=6)
    again, same_notes = network.fit_predict(train, test, seed=5)
    np.testing.assert_array_equal(first, again)
    assert notes == same_notes and (first != other).any()
    assert notes["cut_off"]  # two epochs are too few for patience to end the search


def test_the_chosen_epochs_are_learnt_anew_from_all_training_people(monkeypatch):
    train, test = one_fold()
    learnt = []

    def epoch(self, model, inputs, codes, rng):
        learnt.append(len(codes))

    monkeypatch.setattr(Network, "_epoch", epoch)
    network = Network("micro_fusion", QUICK, epochs=3, patience=2)
    _, notes = network.fit_predict(train, test, seed=5)
    # Nothing is learnt, so the first epoch stays the best, and patience ends the search.
    assert (notes["epoch"], notes["cut_off"]) == (1, False)
    assert learnt[:-1] == [8, 8, 8] and learnt[-1] == len(train) == 16
    replace(network, refit=False).fit_predict(train, test, seed=5)
    assert learnt[4:] == [8, 8, 8]


@pytest.mark.parametrize(("streams", "name"), [("temporal", "flow"), ("spatial", "frames")])
def test_one_stream_gets_its_own_input(streams, name):
    index, inputs = corpus(people=3, clips=4)
    network = Network("micro_fusion", {**QUICK, "streams": streams}, (name,), epochs=1)
    result = cross_validate(network, index, {name: inputs[name]}, progress=False)
    assert len(result.predictions) == 12


def test_frames_are_seen_from_0_to_1():
    index, inputs = corpus(people=2, clips=2)
    arrays = Network("micro_fusion")._arrays(Samples(index, np.arange(4), ("happy", "sad"), inputs))
    assert keras.ops.is_tensor(arrays["frames"])  # on the device, once for all steps
    arrays = {name: keras.ops.convert_to_numpy(array) for name, array in arrays.items()}
    assert arrays["frames"].dtype == arrays["flow"].dtype == np.float32
    assert arrays["frames"].max() == np.float32(100 / 255)
    np.testing.assert_array_equal(arrays["flow"], inputs["flow"].astype(np.float32))


def test_inputs_of_all_networks(tmp_path):
    clips = prepare_micro(
        write_clips(tmp_path / "corpus"), tmp_path / "cache", MicroSettings(size=56, frames=5)
    )
    inputs = network_inputs(clips)
    assert inputs["onset_apex"].shape == (3, 28, 28, 3)
    blocks = clips.onset_apex.astype(np.float64).reshape(3, 28, 2, 28, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(inputs["onset_apex"], blocks, atol=1e-4)  # averaged, and still in pixels
    assert inputs["frames"] is clips.frames and inputs["flow"] is clips.flow
