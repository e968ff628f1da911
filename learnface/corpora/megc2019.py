"""MEGC 2019: SMIC-HS, CASME II and SAMM together, in three classes.

See et al., MEGC 2019 - the second facial micro-expressions grand challenge, FG 2019,
https://doi.org/10.1109/FG.2019.8756611.

| class | SMIC | CASME II | SAMM |
|---|---|---|---|
| positive | positive | happiness | happiness |
| negative | negative | disgust, repression | anger, contempt, disgust, fear, sadness |
| surprise | surprise | surprise | surprise |
| left out | | others, fear, sadness | other |

The published set has 442 clips of 68 subjects: 164 + 145 + 133 of 16 + 24 + 28 subjects. The mapping alone
gives 147 clips of CASME II, so papers differ. `clips` chooses, and column `selection` says what was chosen:

| `clips` | CASME II | what |
|---|---|---|
| `"megc"` | 145 | by the mapping, without three clips that are not in the published set |
| `"rule"` | 147 | by the mapping alone, as in some papers |
| a path | | the clips of a list, a line a clip |

Which clips the published set lacks was inferred from another reader of the corpora, not from the organisers:
`sub04_EP12_01f`, `sub05_EP12_03f`, `sub24_EP02_07`; some versions of the sheet lack one of them anyway. Who has
the organisers' list should give it.

The three corpora number their subjects each from 1, so `subject` begins with the corpus: `smic_s1`,
`casme2_sub01`, `samm_006`. One subject is left out at a time, and F1 and recall are averaged over classes
(UF1, UAR) on the pooled predictions.
"""

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from learnface.corpora import casme2, samm, smic
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import CountWarning, Problems, warn_counts
from learnface.corpora._micro_clips import NUMBERS, clip_table
from learnface.corpora._reading import check_root, list_folders
from learnface.errors import DataError

__all__ = ["CARD", "CLASSES", "LABELS", "compose", "index"]

LABELS = ("negative", "positive", "surprise")
CLASSES = {
    "smic": {"negative": "negative", "positive": "positive", "surprise": "surprise"},
    "casme2": {"happy": "positive", "surprise": "surprise", "disgust": "negative", "repression": "negative"},
    "samm": {
        "happy": "positive",
        "surprise": "surprise",
        **dict.fromkeys(("angry", "contempt", "disgust", "fear", "sad"), "negative"),
    },
}
"""The class of each corpus's labels; those that are not here are left out."""

CARD = CorpusCard(
    name="megc2019",
    title="MEGC 2019 composite",
    kind="clips",
    labels=LABELS,
    samples=442,
    subjects=68,
    licence="those of SMIC, CASME II and SAMM, each a signed agreement",
    how_to_get="Get SMIC, CASME II and SAMM (learnface corpora smic, casme2, samm) and put them into folders SMIC, "
    "CASME2 and SAMM side by side; give the folder that holds the three.",
    citation="See et al., MEGC 2019 - the second facial micro-expressions grand challenge, FG 2019",
    url="https://facial-micro-expressiongc.github.io/MEGC2019/",
)

_READERS = {"smic": smic, "casme2": casme2, "samm": samm}
_FOLDERS = {"smic": r"smic", "casme2": r"casme[-_ ]?(2|ii)", "samm": r"samm"}
_NOT_PUBLISHED = ("casme2_sub04_ep12_01f", "casme2_sub05_ep12_03f", "casme2_sub24_ep02_07")
_COUNTS = {"smic": (70, 51, 43), "casme2": (88, 32, 25), "samm": (92, 26, 15)}
_SUBJECTS = {"smic": 16, "casme2": 24, "samm": 28}
_KEPT = ["sample", "subject", "label", "frames", *NUMBERS, "form", "mended"]
_SMIC_CLIP = re.compile(r"s0*(\d+)_(ne|po|sur)_(\d+)")
_SAMM_CLIP = re.compile(r"\d{3}_\d+_\d+")


def index(
    root: str | Path,
    clips: str | Path = "megc",
    subjects: str | Path | None = None,
    forms: Mapping[str, str] | None = None,
    missing: str = "raise",
) -> pd.DataFrame:
    """Index the composite from a folder that holds the three corpora.

    To read each corpus with settings of its own, index the three and call `compose`.

    Args:
        root: folder that holds the folders `SMIC...`, `CASME2...` and `SAMM...`.
        clips: `"megc"`, `"rule"` or the path of a list, see the module. A line of a list names a clip, as in
            `s1_ne_01`, `sub01/EP02_01f` or `006_1_2`; further columns are passed over.
        subjects: path of a list of subjects, a line each, as in `video442subName.txt`: only these are kept.
        forms: which form of a corpus to read, as in `{"casme2": "raw_selected"}`.
        missing: what to do about clips of the sheets that are not on disk: `"raise"`, or `"drop"` them with
            a warning.

    Returns:
        The index table, `sample` and `subject` with the corpus before them. Own columns: those of
        `learnface.corpora._micro_clips`, `source` (the corpus), `emotion` (its own label), `selection`
        (`clips`) and `form`.

    Raises:
        DataError: a corpus or a clip of a list is not there, or malformed; one error lists them all.

    Warns:
        CountWarning: the counts differ from the published ones, or a corpus warns of lost frames or clips.
    """
    root = check_root(root)
    forms = forms or {}
    unknown = sorted(set(forms) - set(_READERS))
    if unknown:
        raise DataError(f"forms names {unknown}; the corpora are {', '.join(_READERS)}")
    tables, failures = {}, []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CountWarning)
        for name, module in _READERS.items():
            options = {} if name == "smic" else {"missing": missing}
            try:
                tables[name] = module.index(_folder(root, name), form=forms.get(name), **options)
            except DataError as error:
                failures.append(str(error))
    if failures:
        raise DataError("\n  ".join(["megc2019 needs all three corpora", *failures]))
    for warning in caught:
        if "the counts differ" not in str(warning.message):  # those of the composite are compared instead
            warnings.warn(warning.message, warning.category, stacklevel=2)
    return _compose(tables, clips, subjects)


def compose(
    smic_index: pd.DataFrame,
    casme2_index: pd.DataFrame,
    samm_index: pd.DataFrame,
    clips: str | Path = "megc",
    subjects: str | Path | None = None,
) -> pd.DataFrame:
    """Join the indexes of SMIC-HS, CASME II (`emotions="all"`) and SAMM into the composite; see `index`."""
    return _compose({"smic": smic_index, "casme2": casme2_index, "samm": samm_index}, clips, subjects)


def _folder(root: Path, name: str) -> Path:
    """Return the folder of a corpus, or the whole `root` where none or several bear its name."""
    found = [folder for folder in list_folders(root) if re.match(_FOLDERS[name], folder.name, re.IGNORECASE)]
    return found[0] if len(found) == 1 else root


def _compose(
    tables: Mapping[str, pd.DataFrame], clips: str | Path, subjects: str | Path | None
) -> pd.DataFrame:
    parts = []
    for name, table in tables.items():
        unknown = set(table["label"].dropna()) - set(_READERS[name].LABELS)
        if unknown:
            raise DataError(f"the index of {name} has labels {sorted(unknown)}; index it with emotions='all'")
        part = table[_KEPT].assign(source=name, emotion=table["label"])
        part["label"] = table["label"].map(CLASSES[name])
        for column in ("sample", "subject"):
            part[column] = name + "_" + table[column]
        parts.append(part[part["label"].notna()])
    table = pd.concat(parts, ignore_index=True)
    table = _selected(table, clips, subjects)
    if table.empty:
        raise DataError("megc2019: no clip is left; check the lists given")
    table["selection"] = Path(clips).name if clips not in ("megc", "rule") else clips
    table = clip_table(table, "megc2019", LABELS)
    _warn_counts(table, clips)
    return table


def _selected(table: pd.DataFrame, clips: str | Path, subjects: str | Path | None) -> pd.DataFrame:
    """Return the rows that `clips` and `subjects` choose."""
    problems = Problems("megc2019")
    names = table["sample"].str.lower()
    if clips == "megc":
        keep = ~names.isin(_NOT_PUBLISHED)
    elif clips == "rule":
        keep = names.notna()
    else:
        keep = names.isin(_listed(clips, "clip", set(names), problems))
    if subjects is not None:
        keep &= table["subject"].isin(_listed(subjects, "subject", set(table["subject"]), problems))
    problems.raise_if_any()
    return table[keep].reset_index(drop=True)


def _listed(path: str | Path, what: str, known: set[str], problems: Problems) -> set[str]:
    """Return the names of a list, as in the table; a line that names nothing of it is a problem."""
    path = Path(path)
    if not path.is_file():
        choices = "'megc', 'rule' or the path of a list" if what == "clip" else "the path of a list"
        raise DataError(f"{what}s is {str(path)!r}, which is no file; use {choices}")
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        words = [word for word in re.split(r"[\s,;/\\]+", line.lower()) if word]
        name = _clip_name(words) if what == "clip" else _subject_name(words)
        if name in known:
            found.add(name)
        elif words and not (number == 1 and name is None):  # the first line may be a header
            remedy = f"name a {what} of the three corpora that has one of the three classes"
            problems.add(f"{path} line {number}", f"{line.strip()!r} is no such {what}", remedy)
    return found


def _clip_name(words: list[str]) -> str | None:
    """Return the sample that a line names, in lower case."""
    for word in words:
        match = _SMIC_CLIP.fullmatch(word)
        if match:
            return f"smic_s{int(match[1])}_{match[2]}_{match[3]}"
        if _SAMM_CLIP.fullmatch(word):
            return f"samm_{word}"
    subject = next((word for word in words if re.fullmatch(r"sub\d+", word)), None)
    episode = next((word for word in words if re.fullmatch(r"ep\d+_\d+f?", word)), None)
    if subject and episode:
        return f"casme2_sub{int(subject[3:]):02d}_{episode}"
    return None


def _subject_name(words: list[str]) -> str | None:
    for word in words:
        if match := re.fullmatch(r"(sub|s)0*(\d+)", word):
            number = int(match[2])
            return f"smic_s{number}" if match[1] == "s" else f"casme2_sub{number:02d}"
        if re.fullmatch(r"\d{3}", word):
            return f"samm_{word}"
    return None


def _warn_counts(table: pd.DataFrame, clips: str | Path) -> None:
    published = {
        (source, label): count
        for source, counts in _COUNTS.items()
        for label, count in zip(LABELS, counts, strict=True)
    }
    if clips == "rule":
        published["casme2", "negative"] = 90
    published |= {(source, "subjects"): count for source, count in _SUBJECTS.items()}
    found = Counter(zip(table["source"], table["label"], strict=True))
    found |= {(source, "subjects"): part["subject"].nunique() for source, part in table.groupby("source")}
    warn_counts("megc2019", found, published, stacklevel=5)
