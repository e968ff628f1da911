"""Which measured figures belong to which model: rows of the tables in `docs/results`, quoted as they stand."""

import re
from pathlib import Path

__all__ = ["figures_of"]

# What a table calls a model where that is not the builder's name.
_ROWS = {
    "fer_vgg/table.md": {"fer_vgg": ("fer_vgg-ferplus", "fer_vgg-fer2013")},
    "fer_vgg/occluded.md": {"fer_vgg": ("fer_vgg-ferplus_occluded", "fer_vgg-fer2013_occluded")},
    **{
        f"mi2020/{page}.md": {
            "cnn_lstm": ("fer_vgg_lstm, mean",),
            "vgg_conv_lstm": ("fer_vgg_conv_lstm, mean",),
        }
        for page in ("aff_wild", "table")
    },
    "qian2021/table.md": {
        "micro_fusion": (
            "fusion after fc7, trained",
            "fusion after fc6, trained",
            "temporal stream",
            "spatial stream",
        ),
        "ststnet": ("STSTNet (not in the paper)",),
    },
    "sun2020/table.md": {
        name: (f"{name}, validation", f"{name}, test") for name in ("fer_cnn", "lenet5", "lu_cnn")
    },
    **{
        f"wang2020/{page}.md": {
            "vggface_lstm": ("fer_vgg, lstm, accuracy",),
            "vggface_rnn": ("fer_vgg, rnn, accuracy",),
            "vggface_fusion": ("fer_vgg, fusion, accuracy",),
            "face_classifier": ("fer_vgg, image, accuracy",),
        }
        for page in ("paper", "subject", "temporal")
    },
}


def figures_of(model: str, results: Path) -> str:
    """Return the rows of all tables of results that are about a model, as Markdown, each with its page.

    Args:
        model: name of the builder.
        results: the folder `docs/results`.
    """
    parts = []
    for page in sorted(results.rglob("*.md")):
        name = page.relative_to(results).as_posix()
        text = page.read_text(encoding="utf-8")
        rows = (model, *_ROWS.get(name, {}).get(model, ()))
        tables = _unique([cut for table in _tables(text) if (cut := _only(table, rows))])
        if tables:
            title = re.search(r"^# (.+)", text, flags=re.MULTILINE)[1]
            drawn = " **Synthetic faces: no figure about real people.**" if _is_synthetic(text) else ""
            parts.append(f"From [{title}](../results/{name}), which has the command:{drawn}")
            parts += tables
    return "\n\n".join(parts)


def _tables(text: str) -> list[list[str]]:
    """Return the tables of a page as lists of lines."""
    return [
        match[0].strip().splitlines() for match in re.finditer(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)
    ]


def _only(table: list[str], rows: tuple[str, ...]) -> str:
    """Return a table with only the rows of these names, or nothing; differences of two models are left out."""
    if table[0].split("|")[1].strip().endswith(" less"):
        return ""
    chosen = [line for line in table[2:] if line.split("|")[1].strip().strip("`*") in rows]
    return "\n".join([*table[:2], *chosen]) if chosen else ""


def _unique(tables: list[str]) -> list[str]:
    return list(dict.fromkeys(tables))


def _is_synthetic(text: str) -> bool:
    return (
        re.search(r"\bsynthetic\b", text.partition("\n| ")[0] + text[:1500], flags=re.IGNORECASE) is not None
    )
