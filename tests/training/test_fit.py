import os
import signal
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.errors import DataError
from learnface.models import fer_vgg
from learnface.training import RunReport, fit


@pytest.fixture
def faces(rng):
    """Twelve pictures whose class is which half is bright."""
    images = rng.integers(0, 60, (12, 16, 16, 1), dtype=np.uint8)
    codes = np.arange(12) % 2
    images[codes == 0, :8] += 150
    images[codes == 1, 8:] += 150
    return images, codes


def run(faces, run_dir=None, epochs=3, show=False, optimizer=None, **options):
    images, codes = faces
    keras.utils.set_random_seed(0)
    model = fer_vgg((16, 16, 1), classes=2, widths=(4, 8), border=0)
    report = fit(
        model,
        ArraySource(images, codes, batch_size=4, seed=1),
        evaluation_dataset(images, codes),
        epochs=epochs,
        optimizer=optimizer or keras.optimizers.SGD(0.05, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        run_dir=run_dir,
        progress=show,
        **options,
    )
    return model, report


def weights(model):
    return np.concatenate([np.asarray(keras.ops.convert_to_numpy(w)).ravel() for w in model.weights])


def test_report_says_how_the_run_was_made(faces, tmp_path):
    model, report = run(
        faces, tmp_path, settings={"augmentation": "none"}, data={"train": {"samples": 12}}, seed=1
    )
    assert report.parameters == model.count_params()
    assert set(report.history) >= {"loss", "val_loss", "accuracy", "val_accuracy", "learning_rate", "seconds"}
    assert len(report.history["loss"]) == 3
    assert report.best_epoch == 1 + int(np.argmax(report.history["val_accuracy"]))
    assert report.settings["optimizer"]["config"]["momentum"] == 0.9
    assert (report.settings["augmentation"], report.data["train"]["samples"], report.seed) == ("none", 12, 1)
    assert report.versions["keras"] == keras.__version__
    assert report.machine["cores"] >= 1
    assert RunReport.load(tmp_path / "report.json") == report


def test_figures_of_the_callers_callbacks_are_shown_and_choose_the_epoch(faces, capsys):
    def add(epoch, logs):
        logs["val_own"] = [0.25, 0.75, 0.5][epoch]

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=add)]
    _, report = run(faces, callbacks=callbacks, monitor="val_own", show=True)
    assert (report.best_epoch, report.history["val_own"]) == (2, [0.25, 0.75, 0.5])
    lines = capsys.readouterr().err.splitlines()
    assert ["val_own 0.25" in lines[0], "val_own 0.75" in lines[1]] == [True, True]


def test_model_ends_with_its_best_weights(faces):
    model, report = run(faces, epochs=4, monitor="val_loss", mode="min")
    images, codes = faces
    model.compile(loss="sparse_categorical_crossentropy")
    best = min(report.history["val_loss"])
    scores = model.evaluate(evaluation_dataset(images, codes), verbose=0, return_dict=True)
    assert scores["loss"] == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("optimizer", [None, keras.optimizers.Nadam])
def test_resumed_run_equals_an_unbroken_one(optimizer, faces, tmp_path):
    """Nadam's step depends on the product of all momenta so far, not on its two means alone."""

    def train(folder, epochs):
        return run(faces, folder, epochs, optimizer=optimizer and optimizer(0.01))

    unbroken, expected = train(tmp_path / "a", epochs=4)
    train(tmp_path / "b", epochs=2)
    resumed, report = train(tmp_path / "b", epochs=4)
    assert report.history["val_loss"] == expected.history["val_loss"]
    np.testing.assert_array_equal(weights(resumed), weights(unbroken))


def test_finished_run_is_not_trained_again(faces, tmp_path):
    _, first = run(faces, tmp_path)
    _, again = run(faces, tmp_path)
    assert again.history == first.history


def test_early_stopping_counts_epochs_before_the_restart(faces, tmp_path):
    options = {"patience": 1, "stop_monitor": "val_stuck", "callbacks": [Stuck()]}
    _, stopped = run(faces, tmp_path / "a", epochs=6, **options)
    assert len(stopped.history["loss"]) == 2
    _, again = run(faces, tmp_path / "a", epochs=6, **options)
    assert again.history == stopped.history


class Stuck(keras.callbacks.Callback):
    """Adds a figure that never gets better."""

    def on_epoch_end(self, epoch, logs=None):
        logs["val_stuck"] = 1.0


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"faces": "other labels"},
        {"monitor": "val_loss", "mode": "min"},  # the best weights on disk are of another epoch
    ],
)
def test_run_dir_of_another_run_is_refused(faces, tmp_path, change):
    run(faces, tmp_path, seed=1)
    images, codes = faces
    given = (images, 1 - codes) if "faces" in change else faces
    options = {name: value for name, value in change.items() if name != "faces"}
    with pytest.raises(DataError, match="other settings, data or model"):
        run(given, tmp_path, **{"seed": 1, **options})


def test_no_epochs_is_refused(faces):
    with pytest.raises(DataError, match="epochs must be 1 or more"):
        run(faces, epochs=0)


def test_kill_at_any_moment_loses_at_most_an_epoch(tmp_path):
    """A process is killed in the middle of an epoch; the same call then ends as if nothing had happened."""
    script = tmp_path / "train.py"
    script.write_text(
        textwrap.dedent("""
        import os, signal, sys
        import keras, numpy as np
        from learnface.clips import ArraySource, evaluation_dataset
        from learnface.models import fer_vgg
        from learnface.training import fit

        class Kill(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.seen = getattr(self, "seen", 0) + 1
                if self.seen == 5 and "kill" in sys.argv:  # in the middle of the second epoch
                    os.kill(os.getpid(), signal.SIGKILL)

        def run(folder):
            images = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 1), dtype=np.uint8)
            codes = np.arange(12) % 2
            keras.utils.set_random_seed(0)
            model = fer_vgg((16, 16, 1), classes=2, widths=(4,), border=0)
            report = fit(model, ArraySource(images, codes, 4), evaluation_dataset(images, codes), epochs=3,
                         optimizer="sgd", loss="sparse_categorical_crossentropy", run_dir=folder,
                         progress=False, callbacks=[Kill()])
            print(report.history["val_loss"])

        run(sys.argv[1])
        if "kill" not in sys.argv:
            run(sys.argv[1] + "-unbroken")
        """)
    )

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(script), str(tmp_path / "run")]
    killed = subprocess.run([*command, "kill"], capture_output=True, text=True, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    after_kill, unbroken = resumed.stdout.splitlines()
    assert after_kill == unbroken


def test_two_trainings_do_not_share_a_folder(faces, tmp_path):
    def second(epoch, logs):
        with pytest.raises(DataError, match="another process is training"):
            run(faces, tmp_path)

    run(faces, tmp_path, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=second)])
    assert run(faces, tmp_path)[1].best_epoch > 0


@pytest.mark.parametrize(
    "other",
    [
        {"batch_size": 6},
        {"seed": 2},
        {"augmentation": Augmentation(flip=True)},
        {"sample_weight": np.ones(12)},
    ],
)
def test_a_source_that_gives_other_batches_makes_another_run(faces, tmp_path, other):
    images, codes = faces
    model = fer_vgg((16, 16, 1), classes=2, widths=(4, 8), border=0)

    def train(**given):
        source = ArraySource(images, codes, **{"batch_size": 4, "seed": 1} | given)
        loss = "sparse_categorical_crossentropy"
        options = {"epochs": 1, "loss": loss, "run_dir": tmp_path, "progress": False}
        return fit(
            model, source, evaluation_dataset(images, codes), optimizer=keras.optimizers.SGD(), **options
        )

    assert train().data["train"]["batch_size"] == 4
    train()  # finished already
    with pytest.raises(DataError, match="holds a run with other settings, data or model"):
        train(**other)
