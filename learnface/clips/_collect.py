"""The end of `prepare`: one table of all shards, the lists of what is missing, and the manifest."""

import csv
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from learnface.clips._frames import Row
from learnface.clips._manifest import NO_FACE, PROBLEMS, SAMPLES, SHARDS, write_manifest
from learnface.clips._shard import SCHEMA, finished, shard_files
from learnface.files import atomic_path
from learnface.version import __version__

__all__ = ["RESERVED", "collect", "column_to_store"]

_OWN = tuple(
    name for name in SCHEMA.names if name not in ("index_row", "sample", "status", "problem", "missed_time")
)
RESERVED = {"shard", *_OWN}
"""Columns of `samples.parquet` that an index must not have."""


def column_to_store(column: pd.Series) -> pd.Series:
    """Return a column of an index as it is kept: names and paths as text."""
    return column.map(str) if column.name in ("sample", "frames") else column


def collect(
    folder: Path, manifest: dict[str, Any], index: pd.DataFrame, rows: Sequence[Row], shards: int
) -> dict[str, Any]:
    """Write the table, the lists and the complete manifest of a folder whose shards are all there.

    Tables are read one shard at a time, so that memory holds the index alone.

    Returns:
        The manifest.
    """
    counts = dict.fromkeys(("samples", "samples_prepared", "samples_dropped", "samples_broken", "frames"), 0)
    counts |= {"frames_with_face": 0, "frames_without_face": 0}
    files = []
    index = index.reset_index(drop=True)
    index.attrs = {}  # they need not be plain values
    columns = pa.Table.from_pandas(index.apply(column_to_store), preserve_index=False)
    with (
        atomic_path(folder / SAMPLES) as table_path,
        atomic_path(folder / NO_FACE) as missed_path,
        atomic_path(folder / PROBLEMS) as problems_path,
        missed_path.open("w", newline="", encoding="utf-8") as missed_file,
        problems_path.open("w", newline="", encoding="utf-8") as problems_file,
    ):
        missed, problems = csv.writer(missed_file), csv.writer(problems_file)
        missed.writerow(["sample", "frames", "row", "start", "stop", "frame", "time", "result"])
        problems.writerow(["sample", "frames", "problem"])
        writer = None
        for number, table in _tables(folder / SHARDS, shards):
            _count(counts, table)
            missed.writerows(_missed_rows(table, rows, manifest["settings"]["missing"]))
            bad = table.filter(pc.equal(table["status"], "broken"))
            places = bad["index_row"].to_pylist()
            problems.writerows(
                (rows[place].sample, rows[place].frames, text)
                for place, text in zip(places, bad["problem"].to_pylist(), strict=True)
            )
            part = _with_index(table, columns, number)
            writer = writer or pq.ParquetWriter(table_path, part.schema)
            writer.write_table(part)
            about = finished(folder / SHARDS, number, "drop")
            kept = {"file": f"{SHARDS}/{shard_files(folder, number)[0].name}", "samples": part.num_rows}
            files.append(kept | {"bytes": about["bytes"], "sha256": about["sha256"]})
        writer.close()
    manifest = {
        **manifest,
        "learnface": __version__,
        "complete": True,
        "counts": counts,
        "labels": _labels(index),
        "shards": files,
    }
    write_manifest(folder, manifest)
    return manifest


def _tables(folder: Path, shards: int) -> Iterator[tuple[int, pa.Table]]:
    for number in range(shards):
        yield number, pq.read_table(shard_files(folder, number)[1])


def _with_index(table: pa.Table, columns: pa.Table, shard: int) -> pa.Table:
    """Return the samples of a shard that have faces: the index's columns, then our own."""
    kept = table.filter(pc.equal(table["status"], "ok"))
    part = columns.take(kept["index_row"])
    part = part.append_column("shard", pa.array([shard] * kept.num_rows, pa.int32()))
    for name in _OWN:
        part = part.append_column(SCHEMA.field(name), kept[name])
    return part


def _count(counts: dict[str, int], table: pa.Table) -> None:
    status = table["status"].to_pylist()
    missed = len(pc.list_flatten(table["missed"]))
    found = pc.sum(table["found"]).as_py() or 0
    counts["samples"] += len(status)
    counts["samples_prepared"] += status.count("ok")
    counts["samples_dropped"] += status.count("dropped")
    counts["samples_broken"] += status.count("broken")
    counts["frames"] += found + missed
    counts["frames_with_face"] += found
    counts["frames_without_face"] += missed


def _missed_rows(table: pa.Table, rows: Sequence[Row], missing: str) -> Iterator[tuple]:
    result = {"keep_empty": "kept empty", "drop": "dropped", "whole_frame": "whole frame"}[missing]
    wanted = table.select(["index_row", "missed", "missed_time"])
    for entry in wanted.filter(pc.greater(pc.list_value_length(table["missed"]), 0)).to_pylist():
        row = rows[entry["index_row"]]
        for frame, time in zip(entry["missed"], entry["missed_time"], strict=True):
            clock = f"{time:.3f}" if time == time else ""  # NaN: no clock
            yield *dataclasses.astuple(row), frame, clock, result


def _labels(index: pd.DataFrame) -> dict[str, int]:
    """Return how often each label is in the index."""
    if "label" not in index:
        return {}
    counts = index["label"].dropna().astype(str).value_counts()
    return {label: int(counts[label]) for label in sorted(counts.index)}
