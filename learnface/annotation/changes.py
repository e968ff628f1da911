"""What an annotator does to a clip, as small values: each can be applied twice and comes out the same."""

from dataclasses import dataclass

__all__ = ["Batch", "Change", "DIMENSIONS", "Duration", "Finished", "Mark", "Stretch", "Unmark"]

DIMENSIONS = ("valence", "arousal")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a clip rated anew: what was there from `start` to `stop` gives way to `samples`.

    Attributes:
        dimension: `"valence"` or `"arousal"`.
        start: seconds of the video, the first that is overwritten.
        stop: seconds, the last that is overwritten.
        samples: pairs of a time within the stretch and a value from -1 to 1.
    """

    dimension: str
    start: float
    stop: float
    samples: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Mark:
    """An emotion from `start` to `stop`, in seconds; `stop` is None while the mark is open.

    Attributes:
        id: the mark's own name; a mark of the same name takes its place.
        label: the emotion.
        start: seconds.
        stop: seconds, or None.
    """

    id: str
    label: str
    start: float
    stop: float | None = None


@dataclass(frozen=True)
class Unmark:
    """Delete a mark."""

    id: str


@dataclass(frozen=True)
class Duration:
    """How long the clip is, in seconds, as the browser that plays it says."""

    seconds: float


@dataclass(frozen=True)
class Finished:
    """Whether the annotator has marked all emotions of the clip."""

    value: bool


Change = Stretch | Mark | Unmark | Duration | Finished


@dataclass(frozen=True)
class Batch:
    """Changes of one annotator to one clip, in order, sent by one page.

    Attributes:
        page: random name of the page that sends it.
        number: counts the page's batches from 1, so that one sent again is known.
        annotator: name of the annotator.
        clip: number of the clip in the store.
        changes: what was done.
    """

    page: str
    number: int
    annotator: str
    clip: int
    changes: tuple[Change, ...]
