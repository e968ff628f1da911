import os
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest

from learnface.annotation import AnnotationStore, Batch, Duration, Finished, Mark, Stretch, Unmark
from learnface.errors import DataError
from learnface.labels import LEARNING_EMOTIONS


@pytest.fixture
def store(tmp_path):
    with AnnotationStore(tmp_path / "a.sqlite") as store:
        store.add_annotator("Anna")
        store.clip_ids(["ada/1.mp4"])
        yield store


def send(store, *changes, number, page="p", annotator="Anna", clip=1):
    return store.apply(Batch(page, number, annotator, clip, changes))


def ramp(start, stop, value, step=0.1):
    count = round((stop - start) / step)
    return tuple((round(start + k * step, 3), value) for k in range(count + 1))


def test_a_stretch_recorded_again_overwrites_that_stretch_and_no_more(store):
    send(store, Stretch("valence", 0, 1, ramp(0, 1, 0.5)), number=1)
    send(store, Stretch("arousal", 0, 1, ramp(0, 1, -0.25)), number=2)
    send(store, Stretch("valence", 0.35, 0.62, ((0.35, -1.0), (0.62, 1.0))), number=3)
    expected = {time: 0.5 for time, _ in ramp(0, 1, 0)}
    for time in (0.4, 0.5, 0.6):
        del expected[time]
    expected |= {0.35: -1.0, 0.62: 1.0}
    assert store.trace("Anna", 1, "valence") == sorted(expected.items())
    assert store.trace("Anna", 1, "arousal") == list(ramp(0, 1, -0.25))


def test_a_batch_sent_again_changes_nothing(store):
    first = Stretch("valence", 0, 1, ((0.0, 0.1), (1.0, 0.1)))
    assert send(store, first, number=1)
    assert send(store, Stretch("valence", 0, 1, ((0.5, 0.9),)), number=2)
    assert not send(store, first, number=1)  # the answer was lost, and the page asks again
    assert store.trace("Anna", 1, "valence") == [(0.5, 0.9)]
    assert send(store, first, number=1, page="another")
    assert store.trace("Anna", 1, "valence") == [(0.0, 0.1), (1.0, 0.1)]


def test_marks_are_put_edited_and_deleted(store):
    send(store, Mark("a", "happy", 2.0), Mark("b", "confused", 0.5, 1.25), number=1)
    assert store.marks("Anna", 1) == [Mark("b", "confused", 0.5, 1.25), Mark("a", "happy", 2.0, None)]
    send(store, Mark("a", "surprise", 1.5, 3.0), number=2)
    send(store, Unmark("b"), Unmark("unknown"), number=3)
    assert store.marks("Anna", 1) == [Mark("a", "surprise", 1.5, 3.0)]


def test_annotators_are_kept_apart(store):
    assert store.add_annotator(" Ben ") == "Ben"
    assert store.add_annotator("BEN") == "Ben"
    assert store.add_annotator("Jose\u0301") == store.add_annotator("Jos\u00e9") == "Jos\u00e9"
    assert store.annotators() == ["Anna", "Ben", "Jos\u00e9"]
    send(store, Mark("m", "happy", 0, 1), Stretch("valence", 0, 0, ((0, 1.0),)), number=1)
    send(store, Mark("m", "confused", 2, 3), number=1, page="q", annotator="Ben")
    assert [mark.label for mark in store.marks("Anna", 1)] == ["happy"]
    assert [mark.label for mark in store.marks("Ben", 1)] == ["confused"]
    assert store.trace("Ben", 1, "valence") == []


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 65, "a\u202eb", "tab\there"])
def test_names_that_are_refused(store, name):
    with pytest.raises(DataError, match="a name must have 1 to 64 printable characters"):
        store.add_annotator(name)


def test_progress(store):
    assert store.progress() == {}
    valence = (*ramp(0, 1, 0.0), *ramp(3, 3.5, 0.0))  # a gap of two seconds counts for nothing
    send(
        store,
        Stretch("valence", 0, 4, valence),
        Mark("m", "happy", 0),
        Finished(True),
        Duration(4.25),
        number=1,
    )
    assert store.progress() == {
        ("Anna", 1): {"valence": pytest.approx(1.5), "arousal": 0.0, "marks": 1, "finished": True}
    }
    send(store, Stretch("valence", 3, 4, ()), Stretch("arousal", 0, 0, ((0, 0.5),)), number=3)
    assert store.progress()["Anna", 1]["valence"] == pytest.approx(1.0)
    assert store.finished("Anna", 1) and store.durations() == {1: 4.25}
    send(store, Finished(False), number=4)
    assert not store.finished("Anna", 1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Stretch("valence", 0, 1, ((0.5, 1.5),)), "CHECK"),
        (Stretch("power", 0, 1, ((0.5, 0.5),)), "CHECK"),
        (Stretch("valence", 0, 1, ((0.5, float("nan")),)), "NOT NULL"),
        (Mark("m", "happy", 2.0, 1.0), "CHECK"),
    ],
)
def test_a_batch_is_written_whole_or_not_at_all(store, change, why):
    with pytest.raises(DataError, match=f"{why}.*nothing of its batch is saved"):
        send(store, Mark("first", "happy", 0, 1), change, number=1)
    assert store.marks("Anna", 1) == []
    assert send(store, Mark("first", "happy", 0, 1), number=1)  # the number is free still


def test_unknown_annotators_and_clips(store):
    with pytest.raises(DataError, match="annotator 'Eve' is unknown"):
        send(store, Unmark("m"), number=1, annotator="Eve")
    with pytest.raises(DataError, match="clip 9 is unknown"):
        send(store, Unmark("m"), number=1, clip=9)


def test_clips_keep_their_numbers(tmp_path):
    with AnnotationStore(tmp_path / "a.sqlite") as store:
        assert store.clip_ids(["b.mp4", "a.mp4"]) == {"b.mp4": 1, "a.mp4": 2}
        name = store.id
    with AnnotationStore(tmp_path / "a.sqlite") as store:
        assert store.clip_ids(["a.mp4", "c.mp4"]) == {"b.mp4": 1, "a.mp4": 2, "c.mp4": 3}
        assert store.id == name


def test_labels_stay_with_the_file(tmp_path):
    path = tmp_path / "a.sqlite"
    with AnnotationStore(path) as store:
        assert store.labels == LEARNING_EMOTIONS
    with AnnotationStore(path, ["bored", " curious "]) as store:
        assert store.labels == ("bored", "curious")
        store.add_annotator("Anna")
        store.clip_ids(["a.mp4"])
        send(store, Mark("m", "bored", 0, 1), number=1)
    with AnnotationStore(path) as store:
        assert store.labels == ("bored", "curious")
    with pytest.raises(DataError, match="holds marks with bored; keep these"):
        AnnotationStore(path, ["curious", "calm"])
    with pytest.raises(DataError, match="labels must be 1 to 30 different names"):
        AnnotationStore(path, ["calm", "Calm"])
    with pytest.raises(DataError, match="printable"):
        AnnotationStore(path, ["calm", ""])


def test_files_that_are_no_store(tmp_path):
    (tmp_path / "text.sqlite").write_text("no database, but text of more than a few bytes" * 50)
    with pytest.raises(DataError, match="file is not a database"):
        AnnotationStore(tmp_path / "text.sqlite")
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE other (x)").connection.close()
    with pytest.raises(DataError, match="database of another program"):
        AnnotationStore(tmp_path / "other.sqlite")
    with pytest.raises(DataError, match="unable to open"):
        AnnotationStore(tmp_path / "absent" / "a.sqlite")
    AnnotationStore(tmp_path / "new.sqlite").close()
    newer = sqlite3.connect(tmp_path / "new.sqlite")
    newer.execute("PRAGMA user_version = 2")
    newer.close()
    with pytest.raises(DataError, match="made by a newer learnface .version 2.*update learnface"):
        AnnotationStore(tmp_path / "new.sqlite")


def test_it_is_a_write_ahead_log_that_waits_for_the_disk(store):
    assert store._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


class _Failing:
    """A connection whose next COMMIT fails, as on a full disk: with the transaction open, or rolled back."""

    def __init__(self, database, rolls_back):
        self.database, self.rolls_back, self.fails = database, rolls_back, True

    def __getattr__(self, name):
        return getattr(self.database, name)

    def execute(self, statement, *values):
        if statement == "COMMIT" and self.fails:
            self.fails = False
            if self.rolls_back:
                self.database.execute("ROLLBACK")
            raise sqlite3.OperationalError("disk I/O error")
        return self.database.execute(statement, *values)


@pytest.mark.parametrize("rolls_back", [False, True])
def test_after_a_commit_that_fails_the_next_one_is_taken(store, rolls_back):
    store._database = _Failing(store._database, rolls_back)
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        store.add_annotator("Ben")
    assert store.annotators() == ["Anna"]
    store.add_annotator("Ben")
    assert store.annotators() == ["Anna", "Ben"]


def test_threads_may_write_at_the_same_time(store):
    def write(page):
        for number in range(1, 11):
            time = number + page / 10
            send(store, Stretch("valence", time, time, ((time, 0.5),)), number=number, page=f"p{page}")

    threads = [threading.Thread(target=write, args=(page,)) for page in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.trace("Anna", 1, "valence")) == 40


KILLED = """
import sys
from learnface.annotation import AnnotationStore, Batch, Stretch
store = AnnotationStore(sys.argv[1])
name, clip = store.add_annotator("Anna"), store.clip_ids(["a.mp4"])["a.mp4"]
for number in range(1, 10_000):
    store.apply(Batch("p", number, name, clip, (Stretch("valence", number, number, ((number, 0.5),)),)))
    print(number, flush=True)
"""


def test_what_was_taken_outlives_a_kill(tmp_path):
    path = tmp_path / "a.sqlite"
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [int(process.stdout.readline()) for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    with AnnotationStore(path) as store:
        kept = [round(time) for time, _ in store.trace("Anna", 1, "valence")]
    assert kept[: len(said)] == said and len(kept) <= len(said) + 1
