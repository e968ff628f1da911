"""A running labelling page, asked byte by byte: no client mends the addresses on the way."""

import contextlib
import http.client
import json
import socket
import threading
from dataclasses import dataclass, field

import uvicorn

from learnface.annotation import make_app

__all__ = ["Answer", "Client", "running"]


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self):
        return json.loads(self.body)


@dataclass
class Client:
    """Asks a server as its own page does; a header given takes the place of the usual one, None leaves it out."""

    port: int
    token: str = ""
    usual: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.usual = {"Host": f"127.0.0.1:{self.port}"}
        self.token = self.get("/api/state").data["token"]

    def get(self, path, **headers):
        return self._ask("GET", path, headers)

    def post(self, path, data, **headers):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        usual = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "X-Learnface-Token": self.token,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        return self._ask("POST", path, usual | _dashed(headers), body)

    def _ask(self, method, path, headers, body=b""):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (self.usual | _dashed(headers)).items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


@contextlib.contextmanager
def running(store, folder):
    """Serve a folder on a free port, in a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = make_app(store, folder, hosts=[f"127.0.0.1:{port}", f"localhost:{port}"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Client(port)
        finally:
            server.should_exit = True
            thread.join()


def _dashed(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}
