"""The web application: one page, its data, and the videos of one folder.

| request | answer |
|---|---|
| `GET /` and `/page/<name>` | the page, its style and its scripts |
| `GET /video/<number>` | a video, by its number in the store, in ranges of bytes; `?copy=1` its playable copy |
| `GET /api/state` | token, labels, annotators, clips and how far each is done |
| `GET /api/clips/<number>?annotator=` | what an annotator gave to a clip |
| `GET /api/clips/<number>/codec` | how the video is coded, for one that the browser cannot play |
| `GET /api/export/<kind>?format=&rate=&annotator=` | `emotions` or `ratings` as a file |
| `POST /api/annotators` | a new annotator |
| `POST /api/changes` | a batch of changes |
| `POST /api/clips/<number>/copy` | makes a copy that a browser can play; answers when it is there |

No path ever comes from the browser: pages are a fixed set, and videos have numbers.
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterable
from functools import cached_property
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from learnface.annotation.guard import MOST_BYTES, Guard
from learnface.annotation.messages import parse_batch, parse_json
from learnface.annotation.store import AnnotationStore
from learnface.annotation.videos import find_subjects, find_videos, video_path
from learnface.errors import DataError, LearnfaceError

__all__ = ["make_app"]

_PAGE = Path(__file__).parent / "page"
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_CONFLICT, _UNAVAILABLE = 409, 503


def make_app(store: AnnotationStore, folder: str | Path, hosts: Iterable[str]) -> Guard:
    """Return the application, as ASGI servers run it.

    Args:
        store: where annotations are kept.
        folder: the folder of the videos.
        hosts: values of `Host` to answer to, such as `127.0.0.1:8765`.

    Raises:
        DataError: the folder holds no videos, or its `subjects.csv` is malformed.
    """
    page = _Page(store, Path(folder), secrets.token_urlsafe(32))
    page.clips()
    routes = [
        Route("/", page.file),
        Route("/page/{name}", page.file),
        Route("/video/{number:int}", page.video),
        Route("/api/state", page.state),
        Route("/api/clips/{number:int}", page.clip),
        Route("/api/clips/{number:int}/codec", page.codec),
        Route("/api/export/{kind}", page.export),
        Route("/api/annotators", page.add_annotator, methods=["POST"]),
        Route("/api/changes", page.change, methods=["POST"]),
        Route("/api/clips/{number:int}/copy", page.copy, methods=["POST"]),
    ]
    handlers = {LearnfaceError: _refused, HTTPException: _failed, sqlite3.Error: _not_stored}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=page.lifespan)
    app.router.redirect_slashes = False
    return Guard(app, hosts, page.token)


class _Page:
    """What each address answers. Plain functions run in threads, as they wait for the disk."""

    def __init__(self, store: AnnotationStore, folder: Path, token: str):
        self.store, self.folder, self.token = store, folder, token
        self.copies = None

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Hold the folder of copies while the server runs."""
        from learnface.annotation.playable import PlayableCopies

        self.copies = PlayableCopies()
        try:
            yield
        finally:
            self.copies.close()

    @cached_property
    def files(self) -> dict[str, Path]:
        """The files of the page by name; no other name is ever read."""
        return {path.name: path for path in _PAGE.iterdir() if path.suffix in _KINDS}

    def file(self, request: Request) -> Response:
        """Send a file of the page."""
        path = self.files.get(request.path_params.get("name", "index.html"))
        if path is None:
            raise HTTPException(404, "there is no such page")
        return FileResponse(path, media_type=_KINDS[path.suffix])

    def video(self, request: Request) -> Response:
        """Send a video, or the part of it that was asked for."""
        path = self._path(request)
        if request.query_params.get("copy"):
            path = self.copies.find(path)
            if path is None:
                raise HTTPException(404, "there is no copy of this video yet")
        return FileResponse(path, headers={"cache-control": "private, max-age=0, must-revalidate"})

    def state(self, _: Request) -> Response:
        """Tell everything but the annotations themselves."""
        return JSONResponse(
            {
                "token": self.token,
                "database": self.store.id,
                "folder": self.folder.resolve().name,
                "labels": self.store.labels,
                "annotators": self.store.annotators(),
                "clips": self.clips(),
            }
        )

    def clips(self) -> list[dict]:
        """Return the videos that are in the folder now, and how far each annotator is with them."""
        videos = find_videos(self.folder)
        numbers, lengths = self.store.clip_ids(videos), self.store.durations()
        subjects = find_subjects(self.folder, videos)
        clips = {
            numbers[video]: {
                "number": numbers[video],
                "path": video,
                "subject": subjects.get(video),
                "duration": lengths.get(numbers[video]),
                "progress": {},
            }
            for video in videos
        }
        for (name, number), done in self.store.progress().items():
            if number in clips:
                clips[number]["progress"][name] = done
        return list(clips.values())

    def clip(self, request: Request) -> Response:
        """Tell what an annotator gave to a clip."""
        name, number = request.query_params.get("annotator", ""), request.path_params["number"]
        if name not in self.store.annotators():
            raise DataError("annotator is unknown; load the page anew")
        marks = [
            {"id": mark.id, "label": mark.label, "start": mark.start, "stop": mark.stop}
            for mark in self.store.marks(name, number)
        ]
        traces = {which: self.store.trace(name, number, which) for which in ("valence", "arousal")}
        return JSONResponse({**traces, "marks": marks, "finished": self.store.finished(name, number)})

    def codec(self, request: Request) -> Response:
        """Tell how a video is coded."""
        from learnface.clips.video import probe_video

        return JSONResponse({"codec": probe_video(self._path(request)).codec})

    def copy(self, request: Request) -> Response:
        """Make a copy that a browser can play."""
        self.copies.make(self._path(request))
        return JSONResponse({})

    def export(self, request: Request) -> Response:
        """Send a table as a file."""
        from learnface.annotation import export

        kind, suffix = request.path_params["kind"], request.query_params.get("format", "csv")
        name = request.query_params.get("annotator") or None
        if kind not in ("emotions", "ratings") or suffix not in _MEDIA:
            raise HTTPException(404, "there is no such export")
        if kind == "emotions":
            made = export.emotion_table(self.store, self.folder, name)
        else:
            made = export.rating_table(self.store, self.folder, name, _rate(request))
        file = {"emotions": "manifest", "ratings": "annotations"}[kind]
        headers = {
            "content-disposition": f'attachment; filename="{file}.{suffix}"',
            "x-learnface-notes": json.dumps(made.notes),  # ASCII, as headers must be
        }
        return Response(
            export.table_bytes(made.table, f".{suffix}"), media_type=_MEDIA[suffix], headers=headers
        )

    async def add_annotator(self, request: Request) -> Response:
        """Add an annotator, or find one who is known."""
        data = parse_json(await _body(request))
        if not isinstance(data.get("name"), str):
            raise DataError("name must be given")
        return JSONResponse({"name": await run_in_threadpool(self.store.add_annotator, data["name"])})

    async def change(self, request: Request) -> Response:
        """Write a batch; the answer goes out once it is on the disk."""
        data = parse_json(await _body(request))
        if data.get("database") != self.store.id:
            raise HTTPException(_CONFLICT, "this server shows another folder now")
        batch = parse_batch(data, self.store.labels)
        return JSONResponse({"new": await run_in_threadpool(self.store.apply, batch)})

    def _path(self, request: Request) -> Path:
        """Return where the video of a request lies; it is looked for anew, as links may have changed."""
        numbers = {number: path for path, number in self.store.clip_ids([]).items()}
        relative = numbers.get(request.path_params["number"])
        path = None if relative is None else video_path(self.folder, relative)
        if path is None:
            raise HTTPException(404, "there is no such video")
        return path


async def _body(request: Request) -> bytes:
    """Return the body, of at most the length that was told and allowed."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                raise HTTPException(413, "the body is longer than it may be")
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off") from None
    return body


def _rate(request: Request) -> float:
    try:
        return float(request.query_params.get("rate", "5"))
    except ValueError:
        raise DataError("rate must be a number of values a second") from None


def _refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


def _failed(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _not_stored(_: Request, error: Exception) -> Response:
    """Answer what the page takes for "not now": it keeps the batch, and sends it again."""
    what = f"the annotations cannot be read or written now ({error}): make room, or check the folder"
    return JSONResponse({"error": what}, _UNAVAILABLE)
