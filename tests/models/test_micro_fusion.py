import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import MODELS, micro_fusion

SMALL = {"input_shape": (4, 16, 16, 3), "classes": 2, "width": 1 / 32, "units": 256, "dropout": 0.0}
RNG = np.random.default_rng(0)
FRAMES = RNG.random((12, 4, 16, 16, 3)).astype("float32")
CODES = np.arange(12) % 2
FLOW = RNG.normal(0, 0.05, (12, 3, 16, 16, 3)).astype("float32")
FLOW[..., 0] += np.where(CODES, 0.2, -0.2)[:, None, None, None]  # one class moves right, the other left
BOTH = {"frames": FRAMES, "flow": FLOW}


def values(layer):
    return [keras.ops.convert_to_numpy(weight) for weight in layer.weights]


def test_it_is_alexnet_twice_with_an_lstm():
    """Five convolutions, three poolings and four dense layers a stream; 96 pixels become 24, 12, 6 and 3."""
    assert MODELS["micro_fusion"] is micro_fusion
    model = micro_fusion(width=1 / 16)
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    for stream, count in (("spatial", 20), ("temporal", 19)):
        sides = [shapes[f"{stream}_conv{number}"][0] for number in range(1, 6)]
        assert sides == [24, 12, 6, 6, 6]
        assert [shapes[f"{stream}_conv{number}"][-1] for number in range(1, 6)] == [6, 16, 24, 24, 16]
        assert [shapes[f"{stream}_pool{number}"][0] for number in (1, 2, 5)] == [12, 6, 3]
        assert shapes[f"{stream}_fc6"] == shapes[f"{stream}_fc7"] == (256,)
        assert shapes[f"{stream}_unfold"] == (count, 256)
    assert shapes["both_streams"] == (256 + 32,) and shapes["fusion"] == shapes["fc8"] == (32,)
    assert model.output_shape == (None, 3)
    assert len({layer.name for layer in model.layers}) == len(model.layers)


@pytest.mark.parametrize("fusion", ["trained", "fixed"])
def test_it_learns_from_the_flow_and_fixed_fusion_trains_nothing_in_the_fusion_layer(fusion, tmp_path):
    keras.utils.set_random_seed(1)
    model = micro_fusion(**SMALL, fusion=fusion)
    layers = {layer.name: layer for layer in model.layers}
    before = {name: values(layer) for name, layer in layers.items() if layer.weights}
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(BOTH, CODES, epochs=30, verbose=0).history
    assert history["accuracy"][-1] == 1 and history["loss"][-1] < history["loss"][0]
    changed = {
        name: any((a != b).any() for a, b in zip(old, values(layers[name]), strict=True))
        for name, old in before.items()
    }
    assert changed.pop("fusion") is (fusion == "trained")
    assert all(changed.values())
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(BOTH, verbose=0), model.predict(BOTH, verbose=0), atol=1e-6)
    assert again.get_layer("fusion").trainable is (fusion == "trained")


def test_both_modes_have_the_same_layers():
    trained, fixed = (micro_fusion(**SMALL, fusion=fusion) for fusion in ("trained", "fixed"))
    assert trained.count_params() == fixed.count_params()
    left_out = sum(np.prod(weight.shape) for weight in fixed.get_layer("fusion").weights)
    counts = [sum(np.prod(weight.shape) for weight in model.trainable_weights) for model in (trained, fixed)]
    assert counts[0] - counts[1] == left_out > 0


def test_one_stream_alone_takes_its_own_input():
    spatial = micro_fusion(**SMALL, streams="spatial")
    assert spatial.input_shape == (None, 4, 16, 16, 3) and spatial.predict(FRAMES, verbose=0).shape == (12, 2)
    temporal = micro_fusion(**SMALL, streams="temporal", cell="peephole_lstm")
    assert temporal.input_shape == (None, 3, 16, 16, 3) and temporal.predict(FLOW, verbose=0).shape == (12, 2)
    assert not {layer.name for layer in (*spatial.layers, *temporal.layers)} & {"fusion", "both_streams"}


def test_the_spatial_stream_has_no_order_and_the_temporal_one_has():
    keras.utils.set_random_seed(0)
    spatial, temporal = (micro_fusion(**SMALL, streams=streams) for streams in ("spatial", "temporal"))
    np.testing.assert_allclose(
        spatial.predict(FRAMES[:, ::-1], verbose=0), spatial.predict(FRAMES, verbose=0), atol=1e-6
    )
    assert np.abs(temporal.predict(FLOW[:, ::-1], verbose=0) - temporal.predict(FLOW, verbose=0)).max() > 1e-6


def test_fusion_after_fc6_leaves_fc7_out():
    model = micro_fusion(**SMALL, fuse_after="fc6", include_top=False)
    names = [layer.name for layer in model.layers]
    assert "spatial_fc6" in names and "spatial_fc7" not in names and names[-1] == "fc8"
    assert model.output_shape == (None, 8)


def test_grey_frames_and_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = micro_fusion(**{**SMALL, "input_shape": (4, 16, 16, 1)})
    finally:
        keras.config.set_dtype_policy(policy)
    assert model.input["flow"].shape == (None, 3, 16, 16, 3)
    assert model({"frames": FRAMES[..., :1], "flow": FLOW}).dtype == "float32"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"streams": "audio"}, "streams must be one of both, spatial, temporal"),
        ({"fusion": "none"}, "fusion must be one of"),
        ({"fuse_after": "fc8"}, "fuse_after must be one of"),
        ({"cell": "gru"}, "cell must be one of"),
        ({"input_shape": (20, 96, 96)}, "frames, height, width, channels"),
        ({"input_shape": (1, 96, 96, 3)}, "at least 2 frames"),
        ({"input_shape": (4, 8, 8, 3)}, "of 16 pixels a side"),
        ({"width": 0}, "width must be above 0"),
        ({"weights": "no_such_file.h5"}, "does not exist"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(DataError, match=message):
        micro_fusion(**{**SMALL, **arguments})
