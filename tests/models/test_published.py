import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from checks.keras_files import write_layered
from checks.loopback import loopback
from checks.vggface import DENSE, make_narrow, narrow_layers, use_mirror, write_published

import learnface
from learnface.errors import DataError
from learnface.files import sha256
from learnface.models import _published, vggface
from learnface.models._published import PUBLISHED, published_url, weights_folder

WHOLE, BODY = "rcmalli_vggface_tf_vgg16.h5", "rcmalli_vggface_tf_notop_vgg16.h5"


@pytest.fixture
def server(tmp_path, monkeypatch):
    make_narrow(monkeypatch)
    write_published(tmp_path / "site", "vggface")
    with loopback(tmp_path / "site") as server:
        use_mirror(monkeypatch, server.url, tmp_path / "cache")
        yield server


def body(shape=(64, 64, 1), **arguments):
    return vggface(shape, include_top=False, **arguments)


def kernel(model, layer="conv5_3"):
    return np.array(model.get_layer(layer).kernel)


def test_the_release_unless_a_mirror_is_named(monkeypatch):
    monkeypatch.delenv("LEARNFACE_WEIGHTS_URL", raising=False)
    release = "https://github.com/rcmalli/keras-vggface/releases/download/v2.0"
    assert published_url(PUBLISHED["vggface"].body) == f"{release}/{BODY}"
    monkeypatch.setenv("LEARNFACE_WEIGHTS_URL", "http://mirror/weights/")
    assert published_url(PUBLISHED["vggface"].body) == f"http://mirror/weights/{BODY}"


def test_names_of_the_release():
    names = [file.name for one in PUBLISHED.values() for file in (one.whole, one.body)]
    kinds = ("vgg16", "notop_vgg16", "resnet50", "notop_resnet50", "senet50", "notop_senet50")
    assert names == [f"rcmalli_vggface_tf_{kind}.h5" for kind in kinds]


def test_downloaded_once_then_used_without_a_network(server, capsys, monkeypatch):
    first = body(weights="vggface")
    assert server.requests == [f"/{BODY}"]
    notice = capsys.readouterr().err
    assert "CC BY-NC" in notice and notice.count("\n") == 1
    assert first.card.licence.startswith("CC BY-NC 4.0") and "2,622" in first.card.corpus
    monkeypatch.setenv("LEARNFACE_WEIGHTS_URL", "http://127.0.0.1:9")
    again = body(weights="vggface")
    np.testing.assert_array_equal(kernel(again), kernel(first))
    assert capsys.readouterr().err == ""
    memo = weights_folder() / f"{BODY}.sha256"
    assert memo.read_text() == f"{sha256(weights_folder() / BODY)}  {BODY}\n"


def test_the_whole_file_does_where_it_is_in_the_cache(server):
    shutil.copy(server.folder / WHOLE, _made(weights_folder()))
    model = body(weights="vggface")
    assert server.requests == []
    expected = narrow_layers("vggface", top=True)["conv5_3"]["conv5_3_W_1:0"]
    np.testing.assert_array_equal(kernel(model), expected)


def test_a_file_put_into_the_cache_by_hand_is_remembered_once_it_has_proved_good(server):
    path = _made(weights_folder()) / BODY
    path.write_text("<html>")
    with pytest.raises(DataError, match=f"{path} is a web page"):
        body(weights="vggface")
    assert not path.with_name(f"{BODY}.sha256").exists()
    shutil.copy(server.folder / BODY, path)
    body(weights="vggface")
    assert sha256(path) in path.with_name(f"{BODY}.sha256").read_text()


def test_a_cached_file_that_changed_is_refused_and_left_for_the_user_to_judge(server):
    body(weights="vggface")
    path = weights_folder() / BODY
    write_layered(path, narrow_layers("vggface", top=False, seed=9))
    with pytest.raises(DataError, match=f"{path} is damaged or another file than at first"):
        body(weights="vggface")
    assert path.exists() and len(server.requests) == 1


def test_a_truncated_download_is_not_kept(server):
    server.bytes_sent = 1000
    with pytest.raises(DataError, match=f"{server.url}/{BODY} broke off after 1,000 of"):
        body(weights="vggface")
    server.announce_length = False  # nobody knows the length: its structure tells
    with pytest.raises(
        DataError, match=f"{BODY} did not give the file expected; .*: {BODY} is HDF5, but damaged"
    ):
        body(weights="vggface")
    assert list(weights_folder().iterdir()) == []


def test_another_networks_file_is_not_kept(server):
    layers = narrow_layers("vggface_resnet50", top=False)
    write_layered(server.folder / BODY, layers)
    with pytest.raises(DataError, match=f"it was not kept: {BODY} does not fit vggface: the file lacks 13"):
        body(weights="vggface")
    assert list(weights_folder().iterdir()) == []


def test_a_known_hash_is_held(server, monkeypatch):
    published = PUBLISHED["vggface"]
    file = _published.PublishedFile(BODY, 59, sha256="0" * 64)
    entry = {"vggface": _published.Published(published.whole, file, published.card)}
    monkeypatch.setattr(_published, "PUBLISHED", entry)
    with pytest.raises(DataError, match=f"{server.url}/{BODY} gave a file with SHA-256"):
        body(weights="vggface")
    assert list(weights_folder().iterdir()) == []


def test_offline_says_where_to_get_it_and_where_to_put_it(tmp_path, monkeypatch):
    make_narrow(monkeypatch)
    use_mirror(monkeypatch, "http://127.0.0.1:9", tmp_path / "cache")
    path = tmp_path / "cache" / "weights" / BODY
    with pytest.raises(DataError, match=f"http://127.0.0.1:9/{BODY} cannot be reached .* put it at {path}"):
        body(weights="vggface")


def test_a_folder_or_file_in_the_place_of_the_name(server, tmp_path):
    expected = narrow_layers("vggface", top=False, seed=1)["conv5_3"]["conv5_3_W_1:0"]
    for weights in (tmp_path / "site", str(tmp_path / "site" / BODY)):
        model = body(weights=weights)
        np.testing.assert_array_equal(kernel(model), expected)
        assert "2,622" in model.card.corpus
    assert server.requests == []
    with pytest.raises(
        DataError, match=f"the folder {tmp_path} has no {BODY} or {WHOLE}: download it from https"
    ):
        body(weights=tmp_path)


def test_weights_of_ones_own(server, tmp_path):
    model = vggface((64, 64, 1), 5, dense=DENSE)
    model.save_weights(tmp_path / "mine.weights.h5")
    model.save(tmp_path / "mine.h5")
    for name in ("mine.weights.h5", "mine.h5"):
        again = vggface((64, 64, 1), 5, dense=DENSE, weights=tmp_path / name)
        np.testing.assert_array_equal(kernel(again), kernel(model))
        np.testing.assert_array_equal(kernel(again, "fc8"), kernel(model, "fc8"))
        assert not hasattr(again, "card")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("imagenet", "vggface has no weights 'imagenet': choose 'vggface', or give the path"),
        ("none.npz", "none.npz does not exist"),
        ("none.h5", "none.h5 does not exist"),
    ],
)
def test_no_such_weights(server, weights, message):
    with pytest.raises(DataError, match=message):
        body(weights=weights)


def test_nothing_is_half_assigned(server, tmp_path, monkeypatch):
    """The last array of the file is damaged: the first must not be in the model."""
    layers = narrow_layers("vggface", top=False)
    layers["conv5_3"]["conv5_3_b_1:0"][-1] = np.nan
    path = write_layered(tmp_path / "bad.h5", layers)
    model = body()
    before = [np.array(variable) for variable in model.weights]
    with pytest.raises(DataError, match="bad.h5 is damaged: /conv5_3/conv5_3_b_1:0 holds values"):
        _published.load_published(model, "vggface", path, head=(), whole=False)
    for old, new in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    with h5py.File(path) as file:
        assert not np.array_equal(before[0], file["conv1_1/conv1_1_W_1:0"])


def _made(folder):
    folder.mkdir(parents=True)
    return folder


def test_docs_name_every_file():
    root = Path(learnface.__file__).parent.parent
    text = (root / "docs" / "weights.md").read_text(encoding="utf-8")
    for one in PUBLISHED.values():
        assert one.whole.name in text and one.body.name in text
    for name in ("LEARNFACE_CACHE", _published.URL_VARIABLE, _published.URL):
        assert name in text
