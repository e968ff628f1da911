"""Run the labelling page on this machine, and for this machine alone."""

import errno
import socket
import threading
import webbrowser
from pathlib import Path

from learnface.annotation.store import AnnotationStore
from learnface.errors import DataError, optional_import

__all__ = ["ADDRESS", "serve"]

ADDRESS = "127.0.0.1"


def serve(store: AnnotationStore, folder: str | Path, port: int = 8765, browser: bool = True) -> None:
    """Serve the page until it is interrupted.

    Args:
        store: where annotations are kept.
        folder: the folder of the videos.
        port: of 127.0.0.1; 0 takes a free one. A fixed port lets a page that is still open go on after a restart.
        browser: open the page in the user's browser.

    Raises:
        MissingDependencyError: the extra `annotate` is not installed.
        DataError: the port is taken, or the folder holds no videos.
    """
    uvicorn = optional_import("uvicorn", extra="annotate")
    optional_import("starlette", extra="annotate")
    from learnface.annotation.app import make_app

    with _listening(port) as listener:
        port = listener.getsockname()[1]
        app = make_app(store, folder, hosts=(f"{ADDRESS}:{port}", f"localhost:{port}"))
        address = f"http://{ADDRESS}:{port}/"
        print(f"{address}  (Ctrl+C stops the server; what is labelled is in {store.path})", flush=True)
        if browser:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        quiet = {"log_level": "warning", "access_log": False, "server_header": False}
        unused = {"ws": "none", "proxy_headers": False}
        # log_config=None: setting up its logging, uvicorn would close the handlers of everybody else.
        config = uvicorn.Config(app, timeout_graceful_shutdown=2, log_config=None, **quiet, **unused)
        uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    """Return a socket that listens on the port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen()  # from now on a browser that is too early waits, and is not refused
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        why = (
            "is taken, perhaps by a page you opened before" if taken else f"cannot be used ({error.strerror})"
        )
        raise DataError(f"port {port} {why}; give another with --port") from None
    return listener
