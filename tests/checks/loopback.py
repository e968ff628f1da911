"""A web server on loopback for tests of downloads: it serves a folder, and can break off or lie."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback:
    """What a test sets and reads: `requests` lists the paths asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.requests = []
        self.bytes_sent = None  # None: all of them; the length announced is always the whole file's
        self.announce_length = True
        self.url = ""


@contextlib.contextmanager
def loopback(folder):
    """Serve `folder` on 127.0.0.1 until the block ends."""
    settings = Loopback(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            settings.requests.append(self.path)
            path = folder / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            body = path.read_bytes()
            self.send_response(200)
            if settings.announce_length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: settings.bytes_sent])

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield settings
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
