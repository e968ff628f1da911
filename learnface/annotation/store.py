"""What annotators gave, in one SQLite file that survives a crash at any moment."""

import contextlib
import json
import sqlite3
import threading
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from learnface.annotation.changes import Batch, Change, Duration, Finished, Mark, Stretch, Unmark
from learnface.errors import DataError
from learnface.labels import LEARNING_EMOTIONS

__all__ = ["AnnotationStore", "LONGEST_GAP", "checked_labels", "person_name"]

LONGEST_GAP = 0.5
"""Seconds: two samples of a trace further apart than this are not joined, and count as a gap."""

LONGEST_NAME = 64
MOST_ANNOTATORS = 200

_APPLICATION = 0x4C464E41  # "LFNA": tells our files from other SQLite files
_VERSION = 1
_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE annotators (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE
);
CREATE TABLE clips (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    duration INTEGER CHECK (duration > 0)
);
-- Times are milliseconds of the video: whole numbers, so that a time is the same key each time it is written.
CREATE TABLE ratings (
    annotator INTEGER NOT NULL REFERENCES annotators,
    clip INTEGER NOT NULL REFERENCES clips,
    dimension TEXT NOT NULL CHECK (dimension IN ('valence', 'arousal')),
    time INTEGER NOT NULL CHECK (time >= 0),
    value REAL NOT NULL CHECK (value BETWEEN -1 AND 1),
    PRIMARY KEY (annotator, clip, dimension, time)
) WITHOUT ROWID;
-- How much of a clip is rated, in milliseconds: NULL where ratings have changed since it was summed up.
CREATE TABLE coverage (
    annotator INTEGER NOT NULL REFERENCES annotators,
    clip INTEGER NOT NULL REFERENCES clips,
    dimension TEXT NOT NULL,
    covered INTEGER,
    PRIMARY KEY (annotator, clip, dimension)
) WITHOUT ROWID;
CREATE TABLE marks (
    annotator INTEGER NOT NULL REFERENCES annotators,
    clip INTEGER NOT NULL REFERENCES clips,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    start INTEGER NOT NULL CHECK (start >= 0),
    stop INTEGER CHECK (stop > start),
    PRIMARY KEY (annotator, clip, id)
) WITHOUT ROWID;
CREATE TABLE finished (
    annotator INTEGER NOT NULL REFERENCES annotators,
    clip INTEGER NOT NULL REFERENCES clips,
    PRIMARY KEY (annotator, clip)
) WITHOUT ROWID;
-- The last batch taken from each page: one that is sent again, because its answer was lost, changes nothing.
CREATE TABLE pages (id TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""


class AnnotationStore:
    """The annotations of the videos of a folder, kept apart by annotator.

    Writers and readers in other threads and processes may use the same file at the same time.

    Args:
        path: the SQLite file; made if it is not there.
        labels: the emotions to choose from. None keeps those of the file, or takes the learning emotions of
            `learnface.labels` for a new one.

    Attributes:
        path: the file.
        id: random name of the file, which stays when it is moved.
        labels: the emotions to choose from, in order.

    Raises:
        DataError: the file is not such a store or of a newer version, cannot be written, or holds marks
            with a label that is not among `labels`.

    Example:
        >>> store = AnnotationStore(":memory:", labels=("calm", "lively"))
        >>> name, clip = store.add_annotator("Anna"), store.clip_ids(["a.mp4"])["a.mp4"]
        >>> store.apply(Batch("page", 1, name, clip, (Mark("m1", "calm", 0.5, 2.0),)))
        True
        >>> store.marks(name, clip)
        [Mark(id='m1', label='calm', start=0.5, stop=2.0)]
        >>> store.close()
    """

    def __init__(self, path: str | Path, labels: Sequence[str] | None = None):
        self.path = Path(path)
        self._lock = threading.Lock()
        wanted = None if labels is None else checked_labels(labels)
        try:
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        except sqlite3.Error as error:
            raise DataError(f"{path} cannot be opened ({error}); check the folder's permissions") from None
        try:
            self._prepare(wanted)
        except sqlite3.Error as error:
            self._database.close()
            raise DataError(f"{path} cannot be used as a file of annotations ({error})") from None
        except DataError:
            self._database.close()
            raise

    def __enter__(self) -> "AnnotationStore":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was applied is on disk already."""
        with self._lock:
            self._database.close()

    def annotators(self) -> list[str]:
        """Return the annotators' names in the order in which they came."""
        return [name for (name,) in self._read("SELECT name FROM annotators ORDER BY id")]

    def add_annotator(self, name: str) -> str:
        """Return the annotator's name as it is kept; a new one is added, one in other letter case is found.

        Raises:
            DataError: the name is empty, too long or holds control characters, or there are too many.
        """
        name = person_name(name)
        with self._writing() as database:
            number = database.execute("SELECT count(*) FROM annotators").fetchone()[0]
            known = database.execute("SELECT name FROM annotators WHERE folded = ?", (name.casefold(),))
            if found := known.fetchone():
                return found[0]
            if number >= MOST_ANNOTATORS:
                raise DataError(f"there are {number} annotators already; choose one of them")
            database.execute("INSERT INTO annotators (name, folded) VALUES (?, ?)", (name, name.casefold()))
        return name

    def clip_ids(self, paths: Iterable[str]) -> dict[str, int]:
        """Return the number of each clip, by its path from the folder; new ones are added."""
        with self._writing() as database:
            known = dict(database.execute("SELECT path, id FROM clips"))
            new = [(path,) for path in paths if path not in known]
            if new:
                database.executemany("INSERT OR IGNORE INTO clips (path) VALUES (?)", new)
                known = dict(database.execute("SELECT path, id FROM clips"))
        return known

    def durations(self) -> dict[int, float]:
        """Return the length in seconds of each clip that was opened in a browser, by its number."""
        rows = self._read("SELECT id, duration FROM clips WHERE duration IS NOT NULL")
        return {clip: duration / 1000 for clip, duration in rows}

    def apply(self, batch: Batch) -> bool:
        """Write a batch, all of it or nothing, and wait until it is on the disk.

        Returns:
            False if this batch of this page, or a later one, was written before; nothing is changed then.

        Raises:
            DataError: the annotator or the clip is unknown, or a change does not fit the schema.
        """
        with self._writing() as database:
            last = database.execute("SELECT number FROM pages WHERE id = ?", (batch.page,)).fetchone()
            if last and batch.number <= last[0]:
                return False
            annotator = database.execute(
                "SELECT id FROM annotators WHERE name = ?", (batch.annotator,)
            ).fetchone()
            clip = database.execute("SELECT id FROM clips WHERE id = ?", (batch.clip,)).fetchone()
            if not annotator or not clip:
                what = f"annotator {batch.annotator!r}" if not annotator else f"clip {batch.clip}"
                raise DataError(f"{what} is unknown; load the page anew")
            try:
                for change in batch.changes:
                    self._apply_one(database, annotator + clip, change)
            except sqlite3.IntegrityError as error:
                raise DataError(f"a change was refused ({error}); nothing of its batch is saved") from None
            database.execute(
                "INSERT INTO pages VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number",
                (batch.page, batch.number),
            )
        return True

    def trace(self, annotator: str, clip: int, dimension: str) -> list[tuple[float, float]]:
        """Return pairs of a time (seconds) and a value (-1 to 1), in order of time."""
        rows = self._read(
            "SELECT time, value FROM ratings WHERE clip = ? AND dimension = ? "
            "AND annotator = (SELECT id FROM annotators WHERE name = ?) ORDER BY time",
            (clip, dimension, annotator),
        )
        return [(time / 1000, value) for time, value in rows]

    def marks(self, annotator: str, clip: int) -> list[Mark]:
        """Return the emotions that an annotator marked, in order of time, open ones included."""
        rows = self._read(
            "SELECT id, label, start, stop FROM marks WHERE clip = ? "
            "AND annotator = (SELECT id FROM annotators WHERE name = ?) ORDER BY start, id",
            (clip, annotator),
        )
        return [
            Mark(name, label, start / 1000, None if stop is None else stop / 1000)
            for name, label, start, stop in rows
        ]

    def finished(self, annotator: str, clip: int) -> bool:
        """Tell whether the annotator has said that all emotions of the clip are marked."""
        rows = self._read(
            "SELECT 1 FROM finished WHERE clip = ? AND annotator = (SELECT id FROM annotators WHERE name = ?)",
            (clip, annotator),
        )
        return bool(rows)

    def progress(self) -> dict[tuple[str, int], dict[str, float | int | bool]]:
        """Return how far annotator and clip are, where there is anything.

        Returns:
            By name of the annotator and number of the clip: `valence` and `arousal` (seconds that are rated),
            `marks` (how many) and `finished`.
        """
        done: dict[tuple[str, int], dict] = {}
        names = dict(self._read("SELECT id, name FROM annotators"))

        def entry(annotator: int, clip: int) -> dict:
            blank = {"valence": 0.0, "arousal": 0.0, "marks": 0, "finished": False}
            return done.setdefault((names[annotator], clip), blank)

        self._sum_up()
        covered = self._read("SELECT annotator, clip, dimension, covered FROM coverage")
        for annotator, clip, dimension, milliseconds in covered:
            entry(annotator, clip)[dimension] = milliseconds / 1000
        for annotator, clip, number in self._read(
            "SELECT annotator, clip, count(*) FROM marks GROUP BY annotator, clip"
        ):
            entry(annotator, clip)["marks"] = number
        for annotator, clip in self._read("SELECT annotator, clip FROM finished"):
            entry(annotator, clip)["finished"] = True
        return done

    def _sum_up(self) -> None:
        """Sum up how much is rated, where that has changed: a corpus has millions of ratings."""
        stale = "SELECT annotator, clip, dimension FROM coverage WHERE covered IS NULL"
        if not self._read(stale):
            return
        with self._writing() as database:
            for key in database.execute(stale).fetchall():
                total = database.execute(
                    "SELECT sum(gap) FROM (SELECT time - lag(time) OVER (ORDER BY time) AS gap FROM ratings "
                    "WHERE annotator = ? AND clip = ? AND dimension = ?) WHERE gap <= ?",
                    (*key, LONGEST_GAP * 1000),
                ).fetchone()
                database.execute(
                    "UPDATE coverage SET covered = ? WHERE annotator = ? AND clip = ? AND dimension = ?",
                    (total[0] or 0, *key),
                )

    def _prepare(self, labels: tuple[str, ...] | None) -> None:
        """Make or check the tables, and settle the labels."""
        database = self._database
        database.execute("PRAGMA foreign_keys = ON")
        with self._writing():
            application = database.execute("PRAGMA application_id").fetchone()[0]
            version = database.execute("PRAGMA user_version").fetchone()[0]
            empty = not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not empty and application != _APPLICATION:
                raise DataError(f"{self.path} is a database of another program; give another file")
            if version > _VERSION:
                raise DataError(
                    f"{self.path} was made by a newer learnface (version {version} of its tables, and this one "
                    f"knows {_VERSION}); update learnface"
                )
            if empty:
                self._create()
            self.id = self._about("id")
            self.labels = tuple(json.loads(self._about("labels")))
            if labels and labels != self.labels:
                self._change_labels(labels)
        # A write-ahead log lets exports read while a page writes. FULL waits for the disk at each batch: two
        # a second cost nothing, and what the page calls saved outlives a power cut, not only a crash.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")

    def _create(self) -> None:
        for statement in _SCHEMA.split(";"):
            self._database.execute(statement)
        about = [("id", uuid.uuid4().hex), ("labels", json.dumps(LEARNING_EMOTIONS))]
        self._database.executemany("INSERT INTO about VALUES (?, ?)", about)
        self._database.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._database.execute(f"PRAGMA user_version = {_VERSION}")

    def _about(self, name: str) -> str:
        return self._database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0]

    def _change_labels(self, labels: tuple[str, ...]) -> None:
        used = {label for (label,) in self._database.execute("SELECT DISTINCT label FROM marks")}
        lost = sorted(used - set(labels))
        if lost:
            raise DataError(f"{self.path} holds marks with {', '.join(lost)}; keep these among the labels")
        self._database.execute("UPDATE about SET value = ? WHERE name = 'labels'", (json.dumps(labels),))
        self.labels = labels

    def _apply_one(self, database: sqlite3.Connection, who: tuple[int, int], change: Change) -> None:
        match change:
            case Stretch(dimension, start, stop, samples):
                database.execute(
                    "DELETE FROM ratings WHERE annotator = ? AND clip = ? AND dimension = ? "
                    "AND time BETWEEN ? AND ?",
                    (*who, dimension, _ms(start), _ms(stop)),
                )
                rows = [(*who, dimension, _ms(time), value) for time, value in samples]
                database.executemany("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?)", rows)
                database.execute("INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, NULL)", (*who, dimension))
            case Mark(name, label, start, stop):
                row = (*who, name, label, _ms(start), None if stop is None else _ms(stop))
                database.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?)", row)
            case Unmark(name):
                database.execute(
                    "DELETE FROM marks WHERE annotator = ? AND clip = ? AND id = ?", (*who, name)
                )
            case Duration(seconds):
                database.execute("UPDATE clips SET duration = ? WHERE id = ?", (_ms(seconds), who[1]))
            case Finished(value):
                statement = (
                    "INSERT OR IGNORE INTO finished VALUES (?, ?)"
                    if value
                    else "DELETE FROM finished WHERE annotator = ? AND clip = ?"
                )
                database.execute(statement, who)

    def _read(self, statement: str, values: Sequence = ()) -> list[tuple]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the file for one transaction: all of it is written, or nothing."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                # After some errors, as of a full disk, SQLite has rolled back by itself.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def person_name(name: str) -> str:
    """Return a name without blanks around it and with each accented letter as one character.

    Raises:
        DataError: it is empty, longer than 64 characters, or holds control characters.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise DataError(f"a name must have 1 to {LONGEST_NAME} printable characters, not {name[:80]!r}")
    return name


def checked_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels that can be chosen from, without blanks around them.

    Raises:
        DataError: there are none or more than 30, or one is there twice, empty, too long or not printable.
    """
    names = tuple(person_name(label) for label in labels)
    if not 1 <= len(names) <= 30 or len({name.casefold() for name in names}) < len(names):
        raise DataError(f"labels must be 1 to 30 different names, not {', '.join(names)!r}")
    return names


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
