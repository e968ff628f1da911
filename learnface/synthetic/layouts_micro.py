"""SMIC and CASME II: micro-expressions, small and quick, filmed fast."""

from pathlib import Path

from learnface.errors import optional_import
from learnface.files import atomic_path
from learnface.synthetic.layout import Job, Layout, Written, film
from learnface.synthetic.media import write_picture

__all__ = ["CASME2_LAYOUT", "SMIC_LAYOUT"]

_MICRO = (0.12, 0.35)  # strengths at the apex
_SMIC_CLASSES = {
    "disgust": ("negative", "ne"),
    "sad": ("negative", "ne"),
    "happy": ("positive", "po"),
    "surprise": ("surprise", "sur"),
}
_SMIC_LEFT_OUT = (7, 10, 16, 17)  # subjects of whom the corpus has no clip
_CASME2_WORDS = {"happy": "happiness", "sad": "sadness", "contempt": "others"}
_ACTION_UNITS = {
    "disgust": "4+9",
    "fear": "1+4+20",
    "happy": "6+12",
    "contempt": "L14",
    "repression": "15+24",
    "sad": "1+15",
    "surprise": "1+2+5",
}
_CASME2_HEADER = ["Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units",
                  "Estimated Emotion"]  # fmt: skip
_UNKNOWN_APEX = 13  # in every thirteenth row of the sheet the apex is "/"


def _write_smic(job: Job, folder: Path) -> Written:
    subject = [n for n in range(1, job.subject + 6) if n not in _SMIC_LEFT_OUT][job.subject]
    kind, short = _SMIC_CLASSES[job.emotion]
    rng = job.rng()
    rng.random(8)
    # Numbers count up per class in the corpus; the clip's place among all of the learner's is unique as well.
    path = f"SMIC_all_cropped/HS/s{subject}/micro/{kind}/s{subject}_{short}_{job.clip + 1:02d}"
    first = int(rng.integers(1000, 99000))
    clip = film(job, SMIC_LAYOUT, zoom=1.4, motion=0.15)
    for number, image in enumerate(clip.frames[clip.onset : clip.offset + 1], first):
        write_picture(folder / path / f"reg_image{number:06d}.bmp", image)
    return Written([path], {})


def _write_casme2(job: Job, folder: Path) -> Written:
    subject, name = (
        f"sub{job.subject + 1:02d}",
        f"EP{job.clip // 40 + 1:02d}_{job.clip % 40 + 1:02d}{'f' if job.clip % 3 == 0 else ''}",
    )
    rng = job.rng()
    rng.random(8)
    shift = int(rng.integers(1, 200))
    clip = film(job, CASME2_LAYOUT, zoom=1.4, motion=0.15)
    path = f"Cropped/{subject}/{name}"
    for number in range(clip.onset, clip.offset + 1):
        write_picture(folder / path / f"reg_img{shift + number}.jpg", clip.frames[number])
    apex = "/" if job.number % _UNKNOWN_APEX == _UNKNOWN_APEX - 1 else shift + clip.apex
    word = _CASME2_WORDS.get(job.emotion, job.emotion)
    row = [
        subject[3:],
        name,
        None,
        shift + clip.onset,
        apex,
        shift + clip.offset,
        None,
        _ACTION_UNITS[job.emotion],
        word,
    ]
    return Written([path], {"row": row})


def _finish_casme2(folder: Path, records: list[dict]) -> None:
    openpyxl = optional_import("openpyxl", extra="sheets")
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    for row in (_CASME2_HEADER, *(record["row"] for record in records)):
        book.active.append(row)
    with atomic_path(folder / "CASME2-coding-20140508.xlsx") as temporary:
        book.save(temporary)


SMIC_LAYOUT = Layout(
    "smic",
    "Micro-expressions from onset to offset in SMIC_all_cropped/HS/<subject>/micro/<class>/<clip>/.",
    tuple(_SMIC_CLASSES),
    96,
    24,
    {"train": 1.0},
    _write_smic,
    lambda folder, records: None,
    amplitudes=_MICRO,
    supersample=4,
)
CASME2_LAYOUT = Layout(
    "casme2",
    "Micro-expressions from onset to offset in Cropped/<subject>/<clip>/, coded in the sheet "
    "CASME2-coding-20140508.xlsx.",
    tuple(_ACTION_UNITS),
    96,
    24,
    {"train": 1.0},
    _write_casme2,
    _finish_casme2,
    amplitudes=_MICRO,
    supersample=4,
    most_subjects=99,
)
