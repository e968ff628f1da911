import socket
import sys

import pytest

from learnface.annotation import AnnotationStore, serve, server
from learnface.errors import DataError, MissingDependencyError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "1.mp4").touch()
    return tmp_path


@pytest.fixture
def store():
    with AnnotationStore(":memory:") as store:
        yield store


def test_it_listens_to_this_machine_only(folder, store, monkeypatch, capsys):
    import uvicorn

    seen = []
    monkeypatch.setattr(
        uvicorn.Server, "run", lambda self, sockets: seen.extend(s.getsockname() for s in sockets)
    )
    monkeypatch.setattr(server.webbrowser, "open", seen.append)
    serve(store, folder, port=0, browser=False)
    ((address, port),) = seen
    assert address == "127.0.0.1" and f"http://127.0.0.1:{port}/" in capsys.readouterr().out


def test_a_port_that_is_taken(folder, store):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DataError, match=f"port {port} is taken.*--port"):
            serve(store, folder, port=port, browser=False)


@pytest.mark.parametrize("package", ["uvicorn", "starlette"])
def test_a_missing_extra_is_named(folder, store, monkeypatch, package):
    for name in list(sys.modules):
        if name.split(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [finder for finder in sys.meta_path if _is_path_finder(finder)])
    with pytest.raises(MissingDependencyError, match=r"learnface\[annotate\]"):
        serve(store, folder, browser=False)


def _is_path_finder(finder) -> bool:
    return getattr(finder, "__name__", "") in ("PathFinder", "BuiltinImporter", "FrozenImporter")
