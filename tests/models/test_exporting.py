import keras
import numpy as np
import pytest
import tensorflow as tf

from learnface.errors import DataError
from learnface.models import (
    ModelCard,
    export,
    fer_vgg,
    micro_fusion,
    vggface_fusion,
    vggface_lstm,
    vggface_rnn,
)
from learnface.models import _exporting as module

SIDE = 20


def image():
    return fer_vgg((SIDE, SIDE, 1), classes=3, border=0, widths=(4, 4, 4, 4))


def clip(builder=vggface_lstm, frames=4, **options):
    backbone = fer_vgg((SIDE, SIDE, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    widths = {} if builder is vggface_fusion else {"units": 5}
    return builder((frames, SIDE, SIDE, 1), classes=3, backbone=backbone, **widths, **options)


@pytest.mark.filterwarnings("ignore")  # of the converters
@pytest.mark.parametrize("ending", ["", ".tflite", ".onnx"])
@pytest.mark.parametrize(
    "build",
    [image, clip, lambda: clip(vggface_rnn), lambda: clip(vggface_fusion)],
    ids=["image", "lstm", "rnn", "fusion"],
)
def test_the_exported_model_gives_the_same(build, ending, tmp_path):
    if ending == ".onnx":
        pytest.importorskip("tf2onnx")
    keras.utils.set_random_seed(0)
    model = build()
    path = tmp_path / f"model{ending}"
    export(model, path)  # compares the outputs itself
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    inputs = np.random.default_rng(1).random((1, *model.input_shape[1:]), np.float32)
    expected = model.predict(inputs, verbose=0)
    np.testing.assert_allclose(run(path, inputs), expected, atol=1e-4)


def run(path, *inputs):
    if path.suffix == ".tflite":
        interpreter = tf.lite.Interpreter(str(path))
        interpreter.allocate_tensors()
        details = sorted(interpreter.get_input_details(), key=lambda detail: detail["name"])
        for detail, values in zip(details, inputs, strict=True):
            interpreter.set_tensor(detail["index"], values)
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path))
        names = [one.name for one in session.get_inputs()]
        return session.run(None, dict(zip(names, inputs, strict=True)))[0]
    loaded = tf.saved_model.load(path)
    return loaded.serve(inputs[0] if len(inputs) == 1 else list(inputs)).numpy()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", ["", ".tflite", ".onnx"])
def test_the_mask_of_frames_is_exported(ending, tmp_path):
    if ending == ".onnx":
        pytest.importorskip("tf2onnx")
    keras.utils.set_random_seed(0)
    model = clip(masked=True)
    path = tmp_path / f"model{ending}"
    export(model, path)
    clips = np.random.default_rng(1).random((1, *model.inputs[0].shape[1:]), np.float32)
    mask = np.array([[True, True, False, False]])
    expected, whole = (model.predict([clips, one], verbose=0) for one in (mask, np.ones_like(mask)))
    assert np.abs(whole - expected).max() > 1e-4, "else a lost mask would not show"
    np.testing.assert_allclose(run(path, clips, mask), expected, atol=1e-6)


def test_a_lost_mask_is_found(tmp_path, monkeypatch):
    """What is written ignores the mask: the check's own example must have frames that are not there."""
    model = clip(masked=True)
    model.get_layer("lstm").set_weights([10 * weight for weight in model.get_layer("lstm").get_weights()])
    unmasked = lambda inputs: model.predict_on_batch([inputs[0], np.ones_like(inputs[1])])  # noqa: E731
    monkeypatch.setitem(module._WRITERS, "", lambda model, path: unmasked)
    with pytest.raises(DataError, match="would differ from vggface_lstm"):
        export(model, tmp_path / "model")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", ["", ".tflite", ".onnx"])
def test_two_inputs_by_name(ending, tmp_path):
    if ending == ".onnx":
        pytest.importorskip("tf2onnx")
    model = micro_fusion((4, 16, 16, 3), classes=2, width=1 / 32, units=64)
    path = tmp_path / f"model{ending}"
    export(model, path)
    if ending == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        assert {one.name for one in session.get_inputs()} == {"frames", "flow"}
    assert path.exists()


@pytest.mark.filterwarnings("ignore")
def test_an_exported_model_that_does_not_run_is_refused(tmp_path, monkeypatch):
    def refuse(inputs):
        raise RuntimeError("failed to prepare node 3\nand much more")

    monkeypatch.setitem(module._WRITERS, ".tflite", lambda model, path: refuse)
    with pytest.raises(DataError, match="fer_vgg cannot be exported to .*: failed to prepare node 3$"):
        export(image(), tmp_path / "model.tflite")
    assert not list(tmp_path.iterdir())


def test_the_card_goes_along_and_an_old_export_is_replaced(tmp_path):
    model = image()
    model.card = ModelCard(model="fer_vgg", labels=("a", "b", "c"), input_shape=(SIDE, SIDE, 1))
    (tmp_path / "old").mkdir()
    for name in ("saved_model.pb", "stale"):
        (tmp_path / "old" / name).write_text("")
    export(model, tmp_path / "old")
    assert ModelCard.from_json((tmp_path / "old.json").read_text()) == model.card
    assert not (tmp_path / "old" / "stale").exists()


@pytest.mark.parametrize("name", ["runs", "runs.tflite"])
def test_a_folder_of_other_things_is_left_alone(name, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_example", None)  # it is refused before any work
    (tmp_path / name).mkdir()
    (tmp_path / name / "report.json").write_text("{}")
    with pytest.raises(DataError, match=f"{name} is a folder of other things: give the path of a new one"):
        export(image(), tmp_path / name)
    (tmp_path / "notes").write_text("")
    with pytest.raises(DataError, match="notes is a file, but a SavedModel is a folder"):
        export(image(), tmp_path / "notes")
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted([name, "notes", "report.json"])


def test_a_difference_is_refused_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setitem(module._WRITERS, "", lambda model, path: lambda inputs: np.zeros((2, 3), np.float32))
    with pytest.raises(DataError, match="would differ from fer_vgg by 0"):
        export(image(), tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_exported_is_named(tmp_path):
    with pytest.raises(DataError, match="ends in .tflite or .onnx"):
        export(image(), tmp_path / "model.h5")
    with pytest.raises(DataError, match="LiteRT needs fixed sizes"):
        export(clip(frames=None), tmp_path / "model.tflite")
