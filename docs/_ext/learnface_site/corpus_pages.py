"""One page a corpus: how to get it, what is in it, what its file on disk looks like, and its traps."""

from collections.abc import Mapping
from types import ModuleType

from learnface.corpora import CORPORA, CorpusCard
from learnface.synthetic import LAYOUTS
from learnface_site.api_pages import describe, module_text
from learnface_site.writing import as_table, linked, table

__all__ = ["corpus_pages"]

_KINDS = {
    "images": "pictures, one a sample",
    "clips": "clips, one label each",
    "valence-arousal": "videos, two numbers a frame",
}


def corpus_pages() -> dict[str, str]:
    """Return the pages of all corpora by file name."""
    return {"index.md": _index(), **{f"{name}.md": _page(module) for name, module in CORPORA.items()}}


def _index() -> str:
    rows = [
        (
            f"[`{card.name}`]({card.name}.md)",
            card.title,
            _KINDS[card.kind],
            _number(card.samples),
            _number(card.subjects),
            len(card.labels) or "–",
            "yes" if card.name in LAYOUTS or card.name == "synthetic" else "–",
        )
        for card in (module.CARD for module in CORPORA.values())
    ]
    head = ("name", "corpus", "holds", "samples", "people", "classes", "drawn")
    toc = "\n".join(CORPORA)
    return f"""# Corpora

None of these is part of learnface, and none is downloaded: each page says how to ask its owners. Every loader
gives the same table (`learnface.corpora`): a row a sample, with `sample, corpus, subject, split, label` and `frames`.
Samples and people are the published numbers. "Drawn" means that `learnface synthesize` writes synthetic learners in
this corpus's own files and folders, so that you can try everything before your licence arrives.

{as_table(head, rows, right=(3, 4, 5))}

Splits that keep people apart are in [`learnface.corpora.splits`](../api/learnface.corpora.splits.md), duplicates in
[`learnface.corpora.duplicates`](../api/learnface.corpora.duplicates.md).

```{{toctree}}
:hidden:

{toc}
```
"""


def _page(module: ModuleType) -> str:
    card: CorpusCard = module.CARD
    first, _, rest = module_text(module.__name__).partition("\n")
    facts = table(
        [
            ("holds", _KINDS[card.kind]),
            ("samples", _number(card.samples)),
            ("people", _number(card.subjects)),
            ("licence", card.licence),
            ("page of its owners", f"<{card.url}>"),
            ("cite", linked(card.citation)),
        ]
    )
    names = [name for name in module.__all__ if name not in ("CARD", "LABELS") and _is_own(module, name)]
    reference = "\n".join(describe(module.__name__, name, getattr(module, name)) for name in names)
    return f"""# {card.title}

{first}

{facts}

## How to get it

{linked(card.how_to_get)}

## Read it

```python skip
from learnface.corpora import {card.name}

index = {card.name}.index("DIR")
```

    learnface corpora {card.name} --data DIR

{_drawn(card)}

## Labels

{_labels(card)}

{_counts(module)}

## Files, splits and traps

{rest.strip()}

## Reference

{reference}
"""


def _drawn(card: CorpusCard) -> str:
    if card.name == "synthetic":
        return "Draw it:\n\n    learnface synthesize DIR"
    if card.name not in LAYOUTS:
        return ""
    return (
        "Without a copy, try it on synthetic learners in the same files and folders; they say nothing about real "
        f"people:\n\n    learnface synthesize --layout {card.name} DIR"
    )


def _labels(card: CorpusCard) -> str:
    if not card.labels:
        return (
            "Valence and arousal, from -1 to 1."
            if card.kind == "valence-arousal"
            else "Those that are found in your folders or manifest, in the order described below."
        )
    return as_table(("code", "label"), enumerate(card.labels), right=(0,))


def _counts(module: ModuleType) -> str:
    """Return the published numbers that the loader compares a copy with."""
    counts = getattr(module, "_COUNTS", None)
    if not counts:
        return ""
    rows = [(" ".join(map(str, names)), f"{number:,}") for names, number in _leaves(counts)]
    return (
        "A whole copy has these numbers of samples; `index` warns (`CountWarning`) where yours differs:\n\n"
        + as_table(("", "samples"), rows, right=(1,))
    )


def _leaves(counts: Mapping, names: tuple = ()) -> list[tuple[tuple, int]]:
    if not isinstance(counts, Mapping):
        return [(names, counts)] if isinstance(counts, int) else []
    return [leaf for name, value in counts.items() for leaf in _leaves(value, (*names, name))]


def _is_own(module: ModuleType, name: str) -> bool:
    """Tell whether a name is defined here, and not taken from another package."""
    thing = getattr(module, name)
    return getattr(thing, "__module__", module.__name__).startswith("learnface.corpora")


def _number(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"
