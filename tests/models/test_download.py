import hashlib
import socket
import threading

import pytest
from checks.loopback import loopback

from learnface.errors import DataError
from learnface.models import _download
from learnface.models._download import download, remember, verify

BODY = bytes(range(256)) * 40
HASH = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "w.h5").write_bytes(BODY)
    with loopback(tmp_path / "site") as server:
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "w.h5"


def nothing_left(path):
    return not path.parent.exists() or not list(path.parent.iterdir())


def test_whole_file_and_its_memo(server, path, capsys):
    download(f"{server.url}/w.h5", path, sha256=HASH, notice="licence: none")
    assert path.read_bytes() == BODY
    assert path.with_name("w.h5.sha256").read_text() == f"{HASH}  w.h5\n"
    assert sorted(p.name for p in path.parent.iterdir()) == ["w.h5", "w.h5.sha256"]
    assert capsys.readouterr().err == "licence: none\n"


def test_a_file_url_is_a_mirror_too(tmp_path, path):
    (tmp_path / "w.h5").write_bytes(BODY)
    download((tmp_path / "w.h5").as_uri(), path)
    assert path.read_bytes() == BODY


def test_wrong_hash_is_not_kept(server, path):
    with pytest.raises(
        DataError, match=f"w.h5 gave a file with SHA-256 {HASH}, not {'0' * 64}: it was not kept"
    ):
        download(f"{server.url}/w.h5", path, sha256="0" * 64)
    assert nothing_left(path)


@pytest.mark.parametrize("sent", [0, 1, 5000, len(BODY) - 1])
def test_truncated_transfer_is_not_kept(server, path, sent):
    server.bytes_sent = sent
    with pytest.raises(
        DataError, match=f"broke off after {sent:,} of 10,240 bytes: try again, or get it by hand"
    ):
        download(f"{server.url}/w.h5", path)
    assert nothing_left(path)


def test_interrupted_download_is_not_kept(server, path, monkeypatch):
    class Interrupted:
        def __init__(self, response):
            self.response, self.pieces = response, 0

        def read(self, size):
            self.pieces += 1
            if self.pieces > 2:
                raise KeyboardInterrupt
            return self.response.read(size)

    copy = _download._copy
    monkeypatch.setattr(_download, "PIECE", 1000)
    monkeypatch.setattr(_download, "_copy", lambda response, *rest: copy(Interrupted(response), *rest))
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.url}/w.h5", path)
    assert nothing_left(path)


def test_a_reset_connection_is_named(path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/w.h5"
        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        with pytest.raises(DataError, match=r"w.h5 (broke off|cannot be reached)"):
            download(url, path)
        thread.join()
    assert nothing_left(path)


def test_a_failed_download_leaves_the_old_file(server, path):
    path.parent.mkdir()
    path.write_bytes(b"old")
    server.bytes_sent = 10
    with pytest.raises(DataError):
        download(f"{server.url}/w.h5", path)
    assert path.read_bytes() == b"old"


def test_offline(path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/w.h5"
    with pytest.raises(DataError, match=f"{url} cannot be reached .* get it by hand and put it at {path}"):
        download(url, path)
    assert nothing_left(path)


def test_a_missing_file_is_named(server, path):
    with pytest.raises(DataError, match="other.h5 cannot be downloaded .404 Not Found.: get it by hand"):
        download(f"{server.url}/other.h5", path)


def test_a_check_can_refuse(server, path):
    def check(temporary):
        assert temporary.read_bytes() == BODY
        raise DataError(f"{temporary} is a web page")

    with pytest.raises(
        DataError, match="did not give the file expected; it was not kept: w.h5 is a web page"
    ):
        download(f"{server.url}/w.h5", path, check=check)
    assert nothing_left(path)


def test_verify_against_a_known_hash_or_the_first(path):
    path.parent.mkdir()
    path.write_bytes(BODY)
    verify(path)  # nothing is known of it yet
    verify(path, HASH)
    remember(path)
    verify(path)
    path.write_bytes(BODY[:-1] + b"x")
    for known in ("", HASH):
        with pytest.raises(
            DataError, match="is damaged or another file than at first .* delete it and w.h5.sha256"
        ):
            verify(path, known)
    remember(path)  # does not forget
    assert HASH in path.with_name("w.h5.sha256").read_text()
