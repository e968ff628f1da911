import io
import re
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from checks.films import patterns, write_video
from checks.web import running

import learnface.annotation
from learnface.annotation import AnnotationStore, make_app
from learnface.errors import DataError

PAGE = Path(learnface.annotation.__file__).parent / "page"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of videos, with secrets beside it and in it."""
    root = tmp_path_factory.mktemp("annotate")
    folder = root / "clips"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "1.mp4").write_bytes(bytes(range(256)) * 40)
    write_video(folder / "ada" / "2.avi", patterns(5))
    (root / "secret.mp4").write_bytes(b"secret")
    (folder / "leaving.mp4").symlink_to(root / "secret.mp4")
    return folder


@pytest.fixture(scope="module")
def client(folder):
    with AnnotationStore(folder / "annotations.sqlite") as store, running(store, folder) as client:
        client.store = store
        yield client


def batch(client, number, *changes, page="p", annotator="Anna", clip=1):
    fields = {"page": page, "number": number, "annotator": annotator, "clip": clip, "changes": changes}
    return {"database": client.store.id, **fields}


MARK = {"kind": "mark", "id": "m", "label": "happy", "start": 0.5, "stop": 2.5}


def test_the_page_and_all_that_it_names(client):
    assert client.get("/").headers["content-type"].startswith("text/html")
    page = client.get("/").body.decode()
    names = set(re.findall(r'"/page/([\w.]+)"', page))
    for script in PAGE.glob("*.js"):
        names |= set(re.findall(r'from "\./([\w.]+)"', script.read_text(encoding="utf-8")))
    assert names == {path.name for path in PAGE.iterdir()} - {"index.html"}
    for name in names:
        answer = client.get(f"/page/{name}")
        assert answer.status == 200 and answer.body == (PAGE / name).read_bytes()


def test_the_page_needs_no_other_server():
    for path in PAGE.iterdir():
        addresses = set(re.findall(r"https?://[\w./-]+", path.read_text(encoding="utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path.name


def test_state(client):
    state = client.get("/api/state").data
    assert (
        state["token"] == client.token and state["folder"] == "clips" and state["labels"][0] == "concentrated"
    )
    assert [(clip["path"], clip["subject"]) for clip in state["clips"]] == [
        ("ada/1.mp4", "ada"),
        ("ada/2.avi", "ada"),
    ]


def test_a_video_in_ranges(client, folder):
    whole = (folder / "ada" / "1.mp4").read_bytes()
    answer = client.get("/video/1")
    assert (answer.status, answer.body, answer.headers["accept-ranges"]) == (200, whole, "bytes")
    answer = client.get("/video/1", Range="bytes=100-199")
    assert (answer.status, answer.body) == (206, whole[100:200])
    assert answer.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert client.get("/video/1", Range="bytes=-10").body == whole[-10:]
    assert client.get("/video/1", Range=f"bytes={len(whole)}-").status == 416


@pytest.mark.parametrize(
    "path",
    [
        "/video/../secret.mp4",
        "/video/..%2fsecret.mp4",
        "/video/%2e%2e/secret.mp4",
        "/video/%2e%2e%2fsecret.mp4",
        "/video/%252e%252e%252fsecret.mp4",
        "/video//etc/passwd",
        "/video/ada/1.mp4",
        "/video/leaving.mp4",
        "/video/-1",
        "/video/99",
        "/video/1/",
        "/video/1%00",
        "/video/99999999999999999999999999",
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/page/..%2fapp.py",
        "/page/..%5capp.py",
        "/page//etc/passwd",
        "/page/style.css/",
        "/page/STYLE.CSS",
        "/page/",
        "/../../../../etc/passwd",
        "/annotations.sqlite",
        "/api/clips/9/codec",
        "/api/export/everything",
        "/api/export/emotions?format=exe",
    ],
)
def test_addresses_that_lead_nowhere(client, path):
    answer = client.get(path)
    assert answer.status == 404, answer.body
    assert b"secret" not in answer.body and b"root:" not in answer.body


def test_a_link_that_leaves_the_folder_is_not_served_even_if_it_is_known(client, folder):
    number = client.store.clip_ids(["leaving.mp4", "../secret.mp4", str(folder.parent / "secret.mp4")])
    for path in ("leaving.mp4", "../secret.mp4", str(folder.parent / "secret.mp4")):
        assert client.get(f"/video/{number[path]}").status == 404
    assert "leaving.mp4" not in [clip["path"] for clip in client.get("/api/state").data["clips"]]


def test_labelling(client):
    assert client.post("/api/annotators", {"name": " Anna "}).data == {"name": "Anna"}
    stretch = {
        "kind": "stretch",
        "dimension": "valence",
        "start": 0,
        "stop": 0.4,
        "samples": [[0, 0.5], [0.4, 1]],
    }
    done = [MARK, stretch, {"kind": "duration", "seconds": 3.2}, {"kind": "finished", "value": True}]
    assert client.post("/api/changes", batch(client, 1, *done)).data == {"new": True}
    assert client.post("/api/changes", batch(client, 1, *done)).data == {"new": False}
    mark = {"id": "m", "label": "happy", "start": 0.5, "stop": 2.5}
    given = {"valence": [[0, 0.5], [0.4, 1]], "arousal": [], "marks": [mark], "finished": True}
    assert client.get("/api/clips/1?annotator=Anna").data == given
    clip = client.get("/api/state").data["clips"][0]
    assert clip["duration"] == 3.2
    assert clip["progress"] == {"Anna": {"valence": 0.4, "arousal": 0.0, "marks": 1, "finished": True}}
    answer = client.get("/api/export/emotions")
    table = pd.read_csv(io.BytesIO(answer.body))
    assert table.to_dict("records") == [
        {
            "path": "ada/1.mp4",
            "subject": "ada",
            "label": "happy",
            "start": 0.5,
            "stop": 2.5,
            "annotator": "Anna",
        }
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="manifest.csv"'
    assert answer.headers["x-learnface-notes"] == "[]"
    parquet = pd.read_parquet(io.BytesIO(client.get("/api/export/emotions?format=parquet").body))
    assert parquet["label"].cat.categories.tolist() == client.get("/api/state").data["labels"]
    refused = client.get("/api/export/ratings?rate=10")
    assert refused.status == 400 and "rated in both valence and arousal" in refused.data["error"]


@pytest.mark.parametrize("query", ["rate=x", "rate=0", "rate=inf", "rate=nan", "annotator=Eve"])
def test_exports_that_are_refused(client, query):
    answer = client.get(f"/api/export/ratings?{query}")
    assert answer.status == 400 and (
        "rate must be" in answer.data["error"] or "'Eve'" in answer.data["error"]
    )


def test_batches_that_are_refused(client):
    client.post("/api/annotators", {"name": "Anna"})
    other = batch(client, 1, MARK, page="r") | {"database": "another"}
    assert client.post("/api/changes", other).status == 409
    for bad in (batch(client, 0, MARK), batch(client, 1), batch(client, 1, MARK, clip=77, page="r"), {}, [1]):
        answer = client.post(
            "/api/changes", bad if isinstance(bad, list) else {"database": client.store.id} | bad
        )
        assert answer.status in (400, 409) and answer.data["error"]
    assert client.post("/api/changes", b"{").data == {"error": "the body is not JSON"}
    for name in (None, 3, "", "x" * 65, "a\u0000b"):
        assert client.post("/api/annotators", {"name": name}).status == 400
    assert client.get("/api/clips/1?annotator=Eve").status == 400
    assert client.get("/api/changes").status == 405


def test_what_the_disk_does_not_take_is_asked_for_again(client, monkeypatch):
    """The page keeps a batch that is answered with 503, and sends it again; one with 400 it puts aside."""

    def full(batch):
        raise sqlite3.OperationalError("database or disk is full")

    client.post("/api/annotators", {"name": "Anna"})
    monkeypatch.setattr(client.store, "apply", full)
    answer = client.post("/api/changes", batch(client, 1, MARK, page="full"))
    assert answer.status == 503
    assert "database or disk is full" in answer.data["error"]


def test_writes_of_other_sites_are_refused(client):
    good = batch(client, 1, MARK, page="s")
    assert client.post("/api/changes", good, Origin="http://evil.example").status == 403
    assert client.post("/api/changes", good, X_Learnface_Token="guess").status == 403
    assert client.post("/api/changes", good, Host="evil.example").status == 421
    assert client.get("/api/state", Host="evil.example").status == 421
    assert client.post("/api/changes", b"x" * 10, Content_Length="1000001").status == 413


def test_the_codec_of_a_video(client):
    assert client.get("/api/clips/2/codec").data == {"codec": "mpeg4"}
    assert client.get("/api/clips/1/codec").status == 400  # no video, whatever its name says


def test_a_copy_that_a_browser_can_play(client):
    assert client.get("/video/2?copy=1").status == 404
    assert client.post("/api/clips/2/copy", {}, Origin="http://evil.example").status == 403
    assert client.post("/api/clips/99/copy", {}).status == 404
    assert client.post("/api/clips/1/copy", {}).status == 400  # no video, whatever its name says
    assert client.post("/api/clips/2/copy", {}).data == {}
    answer = client.get("/video/2?copy=1", Range="bytes=4-11")
    assert (answer.status, answer.body[:4], answer.headers["content-type"]) == (206, b"ftyp", "video/mp4")
    assert client.get("/video/2").body[:4] == b"RIFF"


def test_a_folder_without_videos_is_refused_at_once(tmp_path):
    with AnnotationStore(":memory:") as store, pytest.raises(DataError, match="holds no videos"):
        make_app(store, tmp_path, hosts=[])
