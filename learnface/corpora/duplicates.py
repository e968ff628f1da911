"""Pictures and clips that appear more than once: in training and test, or with two labels.

Corpora from the web hold the same picture with another watermark, cut or compression. If one copy is for
training and the other for the test, the score is too good; if their labels differ, one is wrong.

Candidates are pictures whose 64-bit perceptual hashes differ in few bits; a pair counts if their 32 x 32 grey
thumbnails correlate too, which drops unlike pictures that share a hash by chance. Clips are compared by their
key frames, in which what moves must correlate as well, or all recordings of one person at one desk were alike.
"""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pandas as pd
from scipy.fft import dctn
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from learnface.corpora._examining import (
    SIDE,
    Examined,
    distinct_rows,
    examine_index,
    examine_pictures,
    middle_picture,
    thumbnail,
)
from learnface.corpora._images import load_images
from learnface.errors import DataError

__all__ = [
    "difference_hash",
    "duplicate_counts",
    "duplicate_pairs",
    "find_duplicates",
    "load_pictures",
    "near_pairs",
    "perceptual_hash",
    "worst_pairs",
]

_COLUMNS = (
    *("first", "second", "sample_1", "sample_2", "split_1", "split_2", "label_1", "label_2"),
    *("exact", "distance", "similarity", "across", "conflicting", "group"),
)
_BLOCK = 1 << 22  # pairs of hashes compared at once: 32 MiB
_TOO_MANY = 5_000_000  # pairs: more is no report but a threshold that is too loose
_COVERED = 0.5  # of the key frames of one clip that must be found in the other
_MOVES = 0.7  # least correlation of what moves
_STILL = 2.0  # grey levels of change over the key frames, below which a clip counts as still


def find_duplicates(
    index: pd.DataFrame,
    images: np.ndarray | None = None,
    *,
    distance: int = 8,
    similarity: float = 0.9,
    workers: int | None = None,
) -> pd.DataFrame:
    """Find the samples of an index that show the same, up to compression, size, small cuts and marks.

    Args:
        index: an index table; files that cannot be read are passed over (`learnface check` names them).
        images: its pictures, `(samples, height, width[, channels])` uint8, if they are loaded already.
        distance: bits of 64 in which the perceptual hashes of a pair may differ.
        similarity: least correlation of a pair's thumbnails, up to 1.
        workers: threads that decode; None takes as many as there are processors, at most 8.

    Returns:
        One row a pair, the most alike first:

        | column | holds |
        |---|---|
        | `first`, `second` | row positions in the index |
        | `sample_1`, `sample_2`, `split_1`, `split_2`, `label_1`, `label_2` | what the index says of them |
        | `exact` | whether they are equal, pixel by pixel (videos: byte by byte) |
        | `distance`, `similarity` | as above; of clips the mean over key frames |
        | `across` | whether they are in two splits |
        | `conflicting` | whether their labels differ |
        | `group` | number of the set of samples that pairs link together |

    Raises:
        DataError: `images` has another length than the index, or there are too many pairs to report.
    """
    if images is not None and len(images) != len(index):
        raise DataError(
            f"images has {len(images):,} pictures and the index {len(index):,} rows; give one a row"
        )
    rows = distinct_rows(index)
    if images is not None:
        examined = examine_pictures(images[rows])
    else:
        examined = examine_index(index.iloc[rows], workers=workers)
    return duplicate_pairs(index, rows, examined, distance, similarity)


def duplicate_pairs(
    index: pd.DataFrame,
    rows: np.ndarray,
    examined: list[Examined],
    distance: int = 8,
    similarity: float = 0.9,
) -> pd.DataFrame:
    """Return the table of `find_duplicates` from samples that were examined already.

    Args:
        index: the index table.
        rows: the row position of each examined sample.
        examined: what `examine_index` found.
        distance: as in `find_duplicates`.
        similarity: as in `find_duplicates`.
    """
    counts = np.array([len(sample.thumbnails) for sample in examined], np.int64)
    owner = np.repeat(np.arange(len(examined)), counts)
    small = np.concatenate([np.zeros((0, SIDE, SIDE), np.uint8), *(sample.thumbnails for sample in examined)])
    pairs, bits = near_pairs(perceptual_hash(small), distance)
    one, other = pairs.T
    alike = _correlations(small, pairs)
    table = pd.DataFrame({"first": owner[one], "second": owner[other], "one": one, "other": other})
    table = table.assign(distance=bits, similarity=alike)
    table = table[(alike >= similarity) & (table["first"] != table["second"])]
    stills = (counts[table["first"]] == 1) & (counts[table["second"]] == 1)
    found = [
        table.loc[stills, ["first", "second", "distance", "similarity"]],
        _clip_pairs(table[~stills], small, counts),
    ]
    found = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    ends = found[["first", "second"]].to_numpy(int)
    found["exact"] = np.array([examined[a].digest == examined[b].digest for a, b in ends], bool)
    found[["first", "second"]] = rows[ends]
    return _described(found.astype({"distance": float}), index)


def duplicate_counts(pairs: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count the pairs of `find_duplicates`: exact and near ones, across splits, and with conflicting labels.

    Example:
        >>> index = pd.DataFrame({"sample": ["a", "b"], "frames": ["a", "b"], "split": ["train", "test"]})
        >>> pairs = find_duplicates(index, np.zeros((2, 8, 8), "uint8"))
        >>> duplicate_counts(pairs)["exact"]
        {'pairs': 1, 'across splits': 1, 'conflicting labels': 0}
    """
    counts = {}
    for name, rows in (("exact", pairs[pairs["exact"]]), ("near", pairs[~pairs["exact"]])):
        across, conflicting = int(rows["across"].sum()), int(rows["conflicting"].sum())
        counts[name] = {"pairs": len(rows), "across splits": across, "conflicting labels": conflicting}
    return counts


def worst_pairs(pairs: pd.DataFrame, most: int = 30) -> pd.DataFrame:
    """Choose the pairs that spoil most: in two splits and with two labels, then either, then the most alike.

    Args:
        pairs: the table of `find_duplicates`.
        most: how many to choose; of samples that many pairs link together one pair is enough.

    Returns:
        Some rows of `pairs`, the worst first.
    """
    keys = pairs.assign(both=pairs["across"] & pairs["conflicting"])
    order = keys.sort_values(["both", "conflicting", "across", "similarity"], ascending=False, kind="stable")
    return pairs.loc[order.drop_duplicates("group").index[:most]]


def load_pictures(index: pd.DataFrame, rows: Iterable[int]) -> dict[int, np.ndarray]:
    """Load one picture of each of some samples: of a clip the frame in the middle.

    Args:
        index: an index table.
        rows: row positions.

    Returns:
        For each row position its picture, `(height, width)` or `(height, width, 3)` RGB, uint8.

    Raises:
        DataError: a file cannot be read.
    """
    rows = sorted(set(rows))
    in_csv = [row for row in rows if "row" in index and pd.notna(index["row"].iloc[row])]
    stored = load_images(index.iloc[in_csv])[..., 0] if in_csv else []
    pictures = dict(zip(in_csv, stored, strict=True))
    return pictures | {row: middle_picture(index, row) for row in rows if row not in pictures}


def perceptual_hash(images: np.ndarray) -> np.ndarray:
    """Return 64 bits a picture: which of its 8 x 8 lowest cosine waves are above their median (pHash).

    Copies differ in few bits whatever their size, brightness and compression.

    Args:
        images: `(samples, height, width[, channels])` uint8.

    Returns:
        uint64 of shape `(samples,)`.
    """
    small = _shrunk(images, SIDE, SIDE)
    waves = dctn(small.astype(np.float32), axes=(1, 2))[:, :8, :8].reshape(len(small), 64)
    return _packed(waves > np.median(waves, axis=1, keepdims=True))


def difference_hash(images: np.ndarray) -> np.ndarray:
    """Return 64 bits a picture: whether, of 8 rows of 9 grey values, each is brighter than the one before (dHash).

    It is quicker than `perceptual_hash`, but parts faces less well: they are all dark and bright in the same places.

    Args:
        images: `(samples, height, width[, channels])` uint8.

    Returns:
        uint64 of shape `(samples,)`.

    Example:
        >>> ramp = np.tile(np.arange(0, 180, 10, dtype="uint8"), (16, 1))
        >>> [f"{bits:016x}" for bits in difference_hash(np.stack([ramp, ramp[:, ::-1]]))]
        ['ffffffffffffffff', '0000000000000000']
    """
    small = _shrunk(images, 8, 9)
    return _packed((small[:, :, 1:] > small[:, :, :-1]).reshape(len(small), 64))


def near_pairs(hashes: np.ndarray, distance: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of hashes that differ in at most `distance` bits.

    Every hash is compared with every other, in blocks: seconds for 36,000, and little memory for any number.

    Args:
        hashes: uint64 of shape `(samples,)`.
        distance: bits, 0 to 64.

    Returns:
        pairs: int64 of shape `(pairs, 2)`, the smaller position first, in order.
        bits: uint8 of shape `(pairs,)`, in how many they differ.

    Raises:
        DataError: there are millions of pairs, so that the distance tells nothing apart.

    Example:
        >>> near_pairs(np.array([0, 7, 255], "uint64"), distance=3)[0].tolist()
        [[0, 1]]
    """
    if not 0 <= distance <= 64:
        raise DataError(f"distance is {distance}; give a number of bits from 0 to 64")
    found, total = [(np.zeros((0, 2), np.int64), np.zeros(0, np.uint8))], 0
    for pairs, bits in _near_blocks(np.asarray(hashes, np.uint64), distance):
        found.append((pairs, bits))
        total += len(pairs)
        if total > _TOO_MANY:
            raise DataError(
                f"more than {_TOO_MANY:,} pairs are within {distance} bits; give a smaller distance"
            )
    pairs, bits = zip(*found, strict=True)
    return np.concatenate(pairs), np.concatenate(bits)


def _near_blocks(hashes: np.ndarray, distance: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    size = max(1, _BLOCK // max(len(hashes), 1))
    for start in range(0, len(hashes), size):
        bits = np.bitwise_count(hashes[start : start + size, None] ^ hashes[None, start:])
        one, other = np.nonzero(bits <= distance)
        one, other = one[one < other], other[one < other]
        yield np.stack([one, other], axis=1) + start, bits[one, other]


def _shrunk(images: np.ndarray, height: int, width: int) -> np.ndarray:
    if images.shape[1:] == (height, width):
        return images
    small = [
        cv2.resize(
            thumbnail(image) if image.ndim == 3 else image, (width, height), interpolation=cv2.INTER_AREA
        )
        for image in images
    ]
    return np.stack(small) if small else np.zeros((0, height, width), np.uint8)


def _packed(bits: np.ndarray) -> np.ndarray:
    """Pack rows of 64 bits, the first the highest."""
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


def _correlations(small: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the correlation of the thumbnails of each pair; two plain pictures are alike."""
    flat = small.reshape(len(small), SIDE * SIDE).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    norms = np.linalg.norm(flat, axis=1)
    flat /= np.maximum(norms, 1e-6)[:, None]
    alike = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), 10_000):
        one, other = pairs[start : start + 10_000].T
        alike[start : start + 10_000] = np.einsum("ij,ij->i", flat[one], flat[other])
    plain = norms < 1
    alike[plain[pairs].all(1)] = 1
    return np.clip(alike, -1, 1)


def _clip_pairs(table: pd.DataFrame, small: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """Return the pairs of clips that share enough key frames, which must move alike."""
    rows = []
    for (first, second), frames in table.groupby(["first", "second"]):
        frames = frames.sort_values("similarity", ascending=False, kind="stable")
        frames = frames.drop_duplicates("one").drop_duplicates("other")  # each key frame has one match
        if len(frames) < _COVERED * min(counts[first], counts[second]):
            continue
        if _moves_alike(small[frames["one"]], small[frames["other"]]):
            rows.append((first, second, frames["distance"].mean(), frames["similarity"].mean()))
    return pd.DataFrame(rows, columns=["first", "second", "distance", "similarity"])


def _moves_alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two series of matching key frames change in the same way, or not at all."""
    one, other = (part.astype(np.float32) - part.mean(0, dtype=np.float32) for part in (one, other))
    if one.std() < _STILL and other.std() < _STILL:
        return True
    return bool((one * other).sum() >= _MOVES * np.linalg.norm(one) * np.linalg.norm(other))


def _described(found: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """Add what the index says of each pair, and sort."""
    ends = found[["first", "second"]].to_numpy(int)
    for name in ("sample", "split", "label"):
        cells = index[name].to_numpy(object) if name in index else np.full(len(index), np.nan, object)
        found[f"{name}_1"], found[f"{name}_2"] = cells[ends[:, 0]], cells[ends[:, 1]]
    for name, column in (("across", "split"), ("conflicting", "label")):
        one, other = found[f"{column}_1"], found[f"{column}_2"]
        found[name] = (one.notna() & other.notna() & (one != other)).astype(bool)
    graph = coo_array((np.ones(len(ends)), ends.T), shape=(len(index), len(index)))
    groups = connected_components(graph, directed=False)[1][ends[:, 0]]
    found["group"] = np.unique(groups, return_inverse=True)[1]
    order = ["exact", "similarity", "first", "second"]
    found = found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    return found[[*_COLUMNS]]
