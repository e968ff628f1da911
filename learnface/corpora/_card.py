"""What a corpus is, as data: the card that each corpus file carries and the command line shows."""

from dataclasses import dataclass

__all__ = ["CorpusCard"]


@dataclass(frozen=True, kw_only=True)
class CorpusCard:
    """What a user wants to know of a corpus before asking for it.

    Attributes:
        name: name in the registry, which is also the `corpus` column of its index.
        title: the name that its paper uses.
        kind: `"images"` (one picture a sample), `"clips"` (one label a sequence) or `"valence-arousal"`
            (two numbers a frame).
        labels: label names in the order of their codes; empty where the labels are numbers.
        samples: published number of samples, or None where no source gives one.
        subjects: published number of people, or None where the corpus does not tell people apart.
        licence: what its owners allow, in a few words.
        how_to_get: where to ask or click, and which files to put where.
        citation: the paper to cite, in one line.
        url: the page of its owners.
    """

    name: str
    title: str
    kind: str
    labels: tuple[str, ...]
    samples: int | None
    subjects: int | None
    licence: str
    how_to_get: str
    citation: str
    url: str

    def __post_init__(self):
        if self.kind not in ("images", "clips", "valence-arousal"):
            raise ValueError(f"kind is {self.kind!r}: use 'images', 'clips' or 'valence-arousal'")
