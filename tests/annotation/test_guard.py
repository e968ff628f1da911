import asyncio

import pytest

from learnface.annotation.guard import MOST_BYTES, POLICY, Guard

GOOD = {
    "host": "127.0.0.1:8765",
    "origin": "http://127.0.0.1:8765",
    "x-learnface-token": "secret",
    "content-type": "application/json",
    "content-length": "2",
}


async def inner(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(method="GET", **headers):
    """Return the status and the headers of an answer."""
    guard = Guard(inner, ["127.0.0.1:8765", "localhost:8765"], "secret")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value is not None]
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": pairs}
    asyncio.run(guard(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"])


def post(**headers):
    return ask("POST", **{name.replace("-", "_"): value for name, value in GOOD.items()} | headers)[0]


def test_our_own_page_may_read_and_write():
    assert ask(host="127.0.0.1:8765")[0] == ask(host="localhost:8765")[0] == 200
    assert post() == 200
    assert post(host="localhost:8765", origin="http://localhost:8765") == 200
    assert post(content_type="application/json; charset=utf-8") == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8765.evil.example", None],
)
def test_another_host_reads_nothing(host):
    assert ask(host=host)[0] == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": None}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "https://127.0.0.1:8765"}, 403),
        ({"origin": "http://localhost:8765"}, 403),  # not the host that was asked
        ({"x_learnface_token": None}, 403),
        ({"x_learnface_token": "secre"}, 403),
        ({"x_learnface_token": "\xe9"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": None}, 415),
        ({"content_length": None}, 411),
        ({"content_length": "-1"}, 411),
        ({"content_length": str(MOST_BYTES + 1)}, 413),
    ],
)
def test_writes_that_are_refused(headers, status):
    assert post(**headers) == status


def test_other_methods_are_refused():
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        assert ask(method, host="127.0.0.1:8765")[0] == 405


def test_another_site_may_link_here_but_not_embed():
    host = {"host": "127.0.0.1:8765", "sec_fetch_site": "cross-site"}
    assert ask(**host, sec_fetch_mode="no-cors")[0] == 403
    assert ask(**host, sec_fetch_mode="navigate")[0] == 200


def test_every_answer_carries_the_policy():
    for host in ("127.0.0.1:8765", "evil.example"):
        headers = ask(host=host)[1]
        assert {name: headers[name.encode()].decode() for name in POLICY} == POLICY
        assert headers[b"cache-control"] == b"no-store"
    assert "unsafe" not in POLICY["content-security-policy"]
    assert POLICY["content-security-policy"].startswith("default-src 'none'")
