"""The door of the server: who may ask, how much may be sent, and what the browser may do with the answer.

A page that is open in the same browser can send requests to 127.0.0.1. These checks stop it:

- `Host` must be our own, so that a name which is made to point to 127.0.0.1 (DNS rebinding) reads nothing;
- a write needs our own `Origin` and a token that only our page can read;
- an answer may be shown on our own page only.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

__all__ = ["Guard", "MOST_BYTES", "POLICY"]

MOST_BYTES = 1_000_000
"""The longest body of a request."""

POLICY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_READING = ("GET", "HEAD")


class Guard:
    """ASGI middleware that lets in only what our own page sends.

    Args:
        app: the application behind the door.
        hosts: values of `Host` that are ours, such as `127.0.0.1:8765`.
        token: what a write must bring in `X-Learnface-Token`.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], hosts: Iterable[str], token: str):
        self.app, self.hosts, self.token = app, frozenset(hosts), token

    async def __call__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_policy(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in POLICY.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal:
            status, what = refusal
            response = JSONResponse({"error": what}, status, {"connection": "close"})
            await response(scope, receive, send_with_policy)
        else:
            await self.app(scope, receive, send_with_policy)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Return the status and the reason by which a request is refused; None if it may enter."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return 421, "this server answers to 127.0.0.1 and localhost only"
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return 403, "another site may not read this server"
        if method in _READING:
            return None
        if method != "POST":
            return 405, "this server takes GET, HEAD and POST"
        if headers.get("origin") != f"http://{host}":
            return 403, "a write must come from this server's own page"
        if not secrets.compare_digest(headers.get("x-learnface-token", "").encode(), self.token.encode()):
            return 403, "the token is not this server's; ask for it anew"
        if headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return 415, "a write must be JSON"
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            return 411, "a write must tell its length"
        if int(length) > MOST_BYTES:
            return 413, f"a write must not exceed {MOST_BYTES:,} bytes"
        return None
