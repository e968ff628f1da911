"""Compare the packaged FER+ weights of fer_vgg on real faces, whole and with their lower half hidden.

python tools/compare_fer_vgg.py --data FERPLUS_DIR [--out docs/results/fer_vgg/compared.md]

PublicTest chooses the weights of `learnface predict`; PrivateTest, which chooses nothing, says what that gained. The
same faces are hidden in the same ways for all weights, so differences are paired.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from learnface.files import write_text  # noqa: E402
from learnface.quiet import start_tensorflow  # noqa: E402

start_tensorflow()
from learnface.corpora import ferplus  # noqa: E402
from learnface.faces.occlusion import KINDS  # noqa: E402
from learnface.labels import FERPLUS  # noqa: E402
from learnface.metrics import pooled_difference  # noqa: E402
from learnface.models import fer_vgg  # noqa: E402
from learnface.recipes._data import load_splits  # noqa: E402
from learnface.recipes._occlusion_scores import COVERAGE, ScoredFaces, accuracies, occluded_part  # noqa: E402
from learnface.reports import markdown_table  # noqa: E402
from learnface.training import predict_probabilities  # noqa: E402

BOTH = FORMER, LATTER = "ferplus", "ferplus_occluded"
GAINS = (
    f"By how much `{LATTER}` is better than `{FORMER}` on the same faces of PrivateTest: points, with the interval at "
    "95 % over faces."
)
NOTE = (
    "`python tools/compare_fer_vgg.py --data FERPLUS_DIR`; {count:,} real faces of PrivateTest with a majority label; "
    "`mirrored` are the whole ones if each is averaged with its mirror image (`learnface predict --flip`), `hidden` "
    "is the mean over the five ways after it of hiding {coverage:.0f} % of the lower half, `mean` that of whole and "
    "hidden."
)
WORDS = {"accuracy": "accuracy", "uf1": "macro F1", "uar": "UAR"}


def main(data: Path, out: Path | None) -> None:
    """Score both weights, print the tables, and write them."""
    faces = ScoredFaces(load_splits(ferplus.index(data), FERPLUS), 48)
    named = {weights: _named(fer_vgg(weights=weights), faces) for weights in BOTH}
    note = NOTE.format(count=len(faces.splits["test"].codes), coverage=100 * COVERAGE)
    parts = ["# fer_vgg learnt from whole faces, and from half-hidden ones"]
    parts += ["## PublicTest, which chooses", _accuracies(named, faces, "validation")]
    parts += ["## PrivateTest", _accuracies(named, faces, "test"), GAINS, _gains(named, faces), note]
    page = "\n\n".join(parts)
    print(page)
    if out:
        write_text(out, page + "\n")


def _named(model, faces: ScoredFaces) -> dict[str, np.ndarray]:
    """Return the class that a network names for each face, by part; of whole faces also with their mirror images."""
    named = {
        part: predict_probabilities(model, images).argmax(1) for part, (images, _) in faces.parts.items()
    }
    for split in faces.splits.keys() & faces.parts:
        probabilities = predict_probabilities(model, faces.parts[split][0], flip=True)
        named[_mirrored(split)] = probabilities.argmax(1)
    return named


def _mirrored(split: str) -> str:
    return f"{split}, mirrored"


def _accuracies(named: dict, faces: ScoredFaces, split: str) -> str:
    rows = {}
    for weights, classes in named.items():
        right = {part: np.mean(classes[part] == codes) for part, (_, codes) in faces.parts.items()}
        found = accuracies({part: {"accuracy": share} for part, share in right.items()}, split)
        whole, hidden = found.pop("clean"), found.pop("occluded")
        mirrored = np.mean(classes[_mirrored(split)] == faces.parts[split][1])
        mean = (whole + hidden) / 2
        rows[weights] = {"whole": whole, "mirrored": mirrored, "mean": mean, "hidden": hidden, **found}
    return markdown_table(100 * pd.DataFrame(rows).T.rename_axis("weights"))


def _gains(named: dict, faces: ScoredFaces) -> str:
    rows = {"whole": _gain(named, faces, ["test"])}
    rows["hidden"] = _gain(named, faces, [occluded_part("test", kind) for kind in KINDS])
    return markdown_table(pd.DataFrame(rows).T.rename_axis("faces"))


def _gain(named: dict, faces: ScoredFaces, parts: list[str]) -> dict[str, str]:
    """Return the differences of scores pooled over parts; a face hidden in five ways is drawn as one."""
    truth = np.concatenate([faces.parts[part][1] for part in parts])
    first, second = (np.concatenate([named[weights][part] for part in parts]) for weights in (LATTER, FORMER))
    groups = np.tile(np.arange(len(truth) // len(parts)), len(parts))
    found = pooled_difference(truth, first, second, FERPLUS, groups=groups)
    return {
        WORDS[name]: f"{100 * one['value']:+.2f} ({100 * one['low']:+.2f} to {100 * one['high']:+.2f})"
        for name, one in found.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with fer2013.csv and fer2013new.csv")
    parser.add_argument("--out", type=Path, help="file for the page")
    main(**vars(parser.parse_args()))
