import dataclasses
import warnings

import numpy as np
import pytest

from learnface.clips import NoFaceWarning, PrepareSettings, read_video
from learnface.errors import DataError
from learnface.inference import AffectRecognizer
from learnface.recipes import _affect_run
from learnface.recipes._affect_data import load_videos, split_videos
from learnface.recipes._affect_run import AffectSettings, run_network
from learnface.synthetic import write_corpus
from learnface.training import RunReport, precision

SETTINGS = {
    "frames": 4, "batch_size": 4, "epochs": 1, "patience": None, "learning_rate": 0.01, "optimizer": "adam",
    "loss": "mse", "width": 0.05, "kernel_size": 3, "backbone_weights": None, "layer": None, "jit_compile": False,
}  # fmt: skip


@pytest.mark.parametrize("wrong", [{"optimizer": "nadam"}, {"loss": "mae"}])
def test_wrong_settings(wrong):
    with pytest.raises(DataError, match="choose one of"):
        AffectSettings(**(SETTINGS | wrong))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on four videos of a drawn learner, whose faces are found, cut, evened out and small."""
    root = tmp_path_factory.mktemp("run")
    options = {"subjects": 4, "clips_per_subject": 1, "size": 96, "frames": 6}
    corpus = write_corpus(root / "corpus", "annotated_videos", progress=False, **options)
    how = PrepareSettings(size=16, equalise="histogram", fps=5, missing="drop")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoFaceWarning)  # a drawn learner turns away now and then
        videos = load_videos(corpus, "annotated_videos", root / "faces", how)
    splits = split_videos(videos, 0.25, 0.25, 0)
    run_network("fer_vgg_lstm", splits, AffectSettings(**SETTINGS), 0, root / "run")
    return videos, splits, root / "run"


def test_its_model_is_given_the_faces_that_it_was_trained_on(run):
    videos, _, folder = run
    recognizer = AffectRecognizer(folder / "model.keras")
    assert recognizer.frame_rate == 5
    table = videos.faces.frames()
    for place, (sample, video) in enumerate(videos.faces.samples[["sample", "frames"]].to_numpy()):
        faces = table[table["sample"] == sample]
        frames = {number: frame.image for number, frame in enumerate(read_video(video, fps=5))}
        for number, (frame, box) in enumerate(zip(faces["frame"], faces["box"], strict=True)):
            (face, *_) = recognizer.detector.detect(frames[frame])
            assert face.box == pytest.approx(tuple(box))
            cut = recognizer._cropper.crop(frames[frame], face)
            np.testing.assert_array_equal(cut.reshape(16, 16, 1), videos.faces.read([place])[0, number])


def test_key_frames_have_no_rate(run):
    videos = dataclasses.replace(run[0], only_key_frames=True)
    assert videos.preparation()["frame_rate"] is None
    assert run[0].preparation()["equalise"] == "histogram"


def test_what_is_done_is_what_was_asked_for(run, monkeypatch):
    """The same run is not trained again; one of another precision, split or setting is another run."""
    _, splits, folder = run

    def again(**changes):
        monkeypatch.setattr(_affect_run, "fit", lambda *args, **options: pytest.fail("trained"))
        return run_network("fer_vgg_lstm", splits, AffectSettings(**SETTINGS | changes), 0, folder)

    report = again()
    assert (
        report == RunReport.load(folder / "report.json") and report.settings["split"] == "drawn here (seed 0)"
    )
    assert set(report.scores) == {"test", "test_streamed"}
    with pytest.raises(pytest.fail.Exception), precision("mixed_bfloat16"):
        again()
    for changes in ({"learning_rate": 0.02}, {"loss": "ccc"}):
        with pytest.raises(pytest.fail.Exception):
            again(**changes)
    splits = {name: dataclasses.replace(part, split="the corpus's own") for name, part in splits.items()}
    with pytest.raises(pytest.fail.Exception):
        again()
