import h5py
import keras
import numpy as np
import pytest
from checks.keras_files import write_layered

from learnface.errors import DataError
from learnface.models._hdf5_weights import check_hdf5, is_layered, load_hdf5

RNG = np.random.default_rng(0)
KERNEL = RNG.normal(size=(3, 3, 3, 2)).astype("float32")
BIAS = RNG.normal(size=2).astype("float32")
NORM = {part: RNG.uniform(0.5, 1, 2).astype("float32") for part in ("gamma", "beta", "mean", "variance")}
DENSE = RNG.normal(size=(2, 4)).astype("float32")
DENSE_BIAS = RNG.normal(size=4).astype("float32")


@pytest.fixture
def model():
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(2, 3, name="conv1_7x7")(inputs)
    x = keras.layers.BatchNormalization(name="conv1_7x7_bn")(x)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, keras.layers.Dense(4, name="fc")(x), name="net")


def keras_2():
    bn = "conv1/7x7/bn"
    return {
        "input_1": {},
        "conv1/7x7": {"conv1/7x7/kernel:0": KERNEL, "conv1/7x7/bias:0": BIAS},
        bn: {
            f"{bn}/gamma:0": NORM["gamma"],
            f"{bn}/beta:0": NORM["beta"],
            f"{bn}/moving_mean:0": NORM["mean"],
            f"{bn}/moving_variance:0": NORM["variance"],
        },
        "pool": {},
        "fc": {"fc/kernel:0": DENSE, "fc/bias:0": DENSE_BIAS},
    }


def keras_1():
    """The same in Keras 1's names; its `running_std` is the variance."""
    return {
        "conv1/7x7": {"conv1_7x7_W_1:0": KERNEL, "conv1_7x7_b_1:0": BIAS},
        "conv1/7x7/bn": {
            "bn_conv1_gamma:0": NORM["gamma"],
            "bn_conv1_beta:0": NORM["beta"],
            "bn_conv1_running_mean:0": NORM["mean"],
            "bn_conv1_running_std:0": NORM["variance"],
        },
        "fc": {"fc_W:0": DENSE, "fc_b:0": DENSE_BIAS},
    }


def unnamed():
    """The same in names that say nothing: then the order counts, as it does for Keras."""
    return {
        layer: {f"param_{number}": array for number, array in enumerate(arrays.values())}
        for layer, arrays in keras_2().items()
    }


def disordered():
    """The same with mean and variance in front: then the names count."""
    layers = keras_2()
    layers["conv1/7x7/bn"] = dict(reversed(layers["conv1/7x7/bn"].items()))
    return layers


def values(model):
    return [np.array(variable) for variable in model.weights]


EXPECTED = [KERNEL, BIAS, NORM["gamma"], NORM["beta"], NORM["mean"], NORM["variance"], DENSE, DENSE_BIAS]


@pytest.mark.parametrize("layers", [keras_2, keras_1, unnamed, disordered])
@pytest.mark.parametrize("form", [{}, {"text": True}, {"pieces": 2}, {"group": "model_weights"}])
def test_every_layout_gives_the_same_arrays(model, tmp_path, layers, form):
    path = write_layered(tmp_path / "w.h5", layers(), **form)
    assert is_layered(path)
    check_hdf5(model, path)
    assert load_hdf5(model, path) == []
    for found, expected in zip(values(model), EXPECTED, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_keras_own_file_of_a_whole_model(model, tmp_path):
    layers = model.layers
    model.save(tmp_path / "whole.h5")
    again = keras.models.clone_model(model)
    assert load_hdf5(again, tmp_path / "whole.h5") == []
    assert len(layers) == len(again.layers)
    for found, expected in zip(values(again), values(model), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_other_files_are_not_layered(model, tmp_path):
    model.save_weights(tmp_path / "new.weights.h5")
    (tmp_path / "w.npz").write_bytes(b"PK")
    assert not is_layered(tmp_path / "new.weights.h5")
    assert not is_layered(tmp_path / "w.npz")
    assert not is_layered(tmp_path / "none.h5")
    with pytest.raises(DataError, match="no 'layer_names'"):
        load_hdf5(model, tmp_path / "new.weights.h5")


def test_an_optional_head_is_loaded_where_it_fits_and_kept_where_not(model, tmp_path):
    path = write_layered(tmp_path / "w.h5", keras_2())
    assert load_hdf5(model, path, optional=("fc",)) == []
    np.testing.assert_array_equal(model.get_layer("fc").kernel, DENSE)
    other = keras_2() | {
        "fc": {"fc/kernel:0": DENSE[:, :3] + 1, "fc/bias:0": DENSE_BIAS[:3]},
        "fc9": unnamed()["fc"],
    }
    path = write_layered(tmp_path / "other.h5", other)
    assert load_hdf5(model, path, optional=("fc", "fc9")) == ["fc"]
    np.testing.assert_array_equal(model.get_layer("fc").kernel, DENSE)
    without = {name: arrays for name, arrays in keras_2().items() if name != "fc"}
    assert load_hdf5(model, write_layered(tmp_path / "n.h5", without), optional=("fc",)) == ["fc"]


def changed(layer, **arrays):
    return keras_2() | {layer: {f"{layer}/{name}:0": array for name, array in arrays.items()}}


def lacking(layer):
    return {name: arrays for name, arrays in keras_2().items() if name != layer}


NAN = np.full(4, np.nan, "float32")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            changed("fc", kernel=DENSE.T, bias=DENSE_BIAS),
            r"fc kernel has shape \(4, 2\), the model expects \(2, 4\)",
        ),
        (changed("fc", kernel=DENSE), "layer fc has 1 arrays in the file, the model expects 2"),
        (
            changed("fc", gamma=DENSE, beta=DENSE_BIAS),
            "layer fc has gamma, beta, the model expects kernel, bias",
        ),
        (changed("fc", kernel=DENSE, bias=NAN), "fc/bias:0 holds values that are not finite"),
        (changed("fc", kernel=DENSE, bias=np.array([b"a"] * 4)), "holds no numbers"),
        (lacking("fc"), r"does not fit net: the file lacks 1 of its layers \(fc\)"),
        (changed("fc9", kernel=DENSE), r"does not fit net: the file has 1 that it lacks \(fc9\)"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(model, tmp_path, layers, message):
    before = values(model)
    path = write_layered(tmp_path / "w.h5", layers)
    for refuse in (check_hdf5, load_hdf5):
        with pytest.raises(DataError, match=f"{path}.*{message}"):
            refuse(model, path)
    for found, expected in zip(values(model), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_many_problems_are_counted(model, tmp_path):
    layers = {name: {key: array[None] for key, array in arrays.items()} for name, arrays in keras_2().items()}
    with pytest.raises(DataError, match="and 5 more"):
        load_hdf5(model, write_layered(tmp_path / "w.h5", layers))


def test_a_truncated_file_is_refused_wherever_it_is_cut(model, tmp_path):
    whole = write_layered(tmp_path / "w.h5", keras_2()).read_bytes()
    before = values(model)
    cut = tmp_path / "cut.h5"
    for size in (8, 100, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:size])
        with pytest.raises(
            DataError, match="cut.h5 is HDF5, but damaged or cut short .* download or copy it again"
        ):
            load_hdf5(model, cut)
    for found, expected in zip(values(model), before, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>Not found</html>", "is a web page, not a weights file"),
        (b"\n <html lang='en'>", "is a web page"),
        (b"conv1_1 0.5 0.25", "is not a weights file .HDF5."),
        (b"", "is empty"),
    ],
)
def test_no_hdf5(model, tmp_path, content, message):
    (tmp_path / "w.h5").write_bytes(content)
    for refuse in (is_layered, lambda path: load_hdf5(model, path)):
        with pytest.raises(DataError, match=message):
            refuse(tmp_path / "w.h5")


def test_missing_file_and_folder(model, tmp_path):
    with pytest.raises(DataError, match="none.h5 cannot be read .No such file"):
        load_hdf5(model, tmp_path / "none.h5")
    with pytest.raises(DataError, match="cannot be read .Is a directory"):
        load_hdf5(model, tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.__delitem__("fc"), "its layer 'fc' is listed but not there"),
        (
            lambda file: file["fc"].attrs.__delitem__("weight_names"),
            "its layer 'fc' does not list its weights",
        ),
        (lambda file: file["fc/fc"].__delitem__("bias:0"), "its layer 'fc' has no array 'fc/bias:0'"),
    ],
)
def test_lists_that_lie(model, tmp_path, damage, message):
    path = write_layered(tmp_path / "w.h5", keras_2())
    with h5py.File(path, "a") as file:
        damage(file)
    with pytest.raises(DataError, match=message):
        load_hdf5(model, path)
