"""Write tables of predictions to one file, piece by piece, whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from learnface.errors import DataError, WriteError
from learnface.files import atomic_path
from learnface.labels import VALENCE_AROUSAL

__all__ = ["FORMATS", "PredictionWriter"]

FORMATS = ("csv", "parquet", "json")
HEAD = {"source": pa.string(), "frame": pa.int64(), "time": pa.float64(), "face": pa.int64()}


class PredictionWriter:
    """Writes the tables of a `Recognizer` or an `AffectRecognizer`, of pictures and videos, to one file.

    The columns are those of their `stream`; a picture has no `frame` and `time`. Rows go to disk as
    they come. The file takes its name when the `with` block ends, also by Ctrl-C: every row in it is whole.

    Args:
        path: the file to write; its suffix tells the format: `.csv`, `.parquet` or `.json` (an array of
            objects).
        labels: the classes, in order, or `learnface.labels.VALENCE_AROUSAL`.

    Raises:
        DataError: the suffix is none of these.

    Example:
        >>> with PredictionWriter("predictions.csv", ("happy", "sad")) as writer:  # doctest: +SKIP
        ...     writer.write(recognizer.predict("photo.jpg"))
    """

    def __init__(self, path: str | Path, labels: Sequence[str]):
        self.path = Path(path)
        kind = self.path.suffix.lstrip(".")
        if kind not in FORMATS:
            raise DataError(f"{path} ends in {self.path.suffix!r}: choose one of {FORMATS}")
        numbers = ["x", "y", "width", "height", "score"]
        fields = {**HEAD, **dict.fromkeys(numbers, pa.float64())} | _results(labels)
        self.schema = pa.schema(list(fields.items()))
        self.rows = 0
        self._sink = {"csv": _Csv, "parquet": _Parquet, "json": _Json}[kind]

    def __enter__(self) -> "PredictionWriter":
        self._atomic = atomic_path(self.path)
        temporary = self._atomic.__enter__()
        self._open_sink = self._sink(temporary, self.schema)
        return self

    def write(self, table: pd.DataFrame) -> None:
        """Add the rows of a table."""
        if len(table):
            table = table.reindex(columns=self.schema.names)
            self._open_sink.write(pa.Table.from_pandas(table, self.schema, preserve_index=False))
            self.rows += len(table)

    def __exit__(self, kind, error, traceback) -> None:
        failure = error
        try:
            self._open_sink.close()
        except OSError as full:
            failure = error or full
        else:  # what was found before one stopped it, or the disk was full, is not lost
            failure = None if isinstance(error, KeyboardInterrupt | WriteError) else error
        self._atomic.__exit__(failure and type(failure), failure, traceback)
        if failure is not error and failure is not None:
            raise failure


def _results(labels: Sequence[str]) -> dict[str, pa.DataType]:
    """Return the columns of what was recognised: a label and probabilities, or valence and arousal."""
    if tuple(labels) == VALENCE_AROUSAL:
        return dict.fromkeys(labels, pa.float64())
    return {"label": pa.string()} | dict.fromkeys(["confidence", *(f"p_{n}" for n in labels)], pa.float64())


class _Csv:
    def __init__(self, path: Path, schema: pa.Schema):
        self.file = path.open("w", encoding="utf-8", newline="")
        schema.empty_table().to_pandas().to_csv(self.file, index=False)

    def write(self, table: pa.Table) -> None:
        frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        if "time" in frame:  # six digits do not tell the frames of the third hour apart
            frame["time"] = frame["time"].map("{:.9g}".format, na_action="ignore")
        frame.to_csv(self.file, index=False, header=False, float_format="%.6g")

    def close(self) -> None:
        self.file.close()


class _Parquet:
    """Gathers rows, because every row group costs space and time."""

    ROWS = 10_000

    def __init__(self, path: Path, schema: pa.Schema):
        self.file, self.waiting = pq.ParquetWriter(path, schema), []

    def write(self, table: pa.Table) -> None:
        self.waiting.append(table)
        if sum(map(len, self.waiting)) >= self.ROWS:
            self._flush()

    def _flush(self) -> None:
        if self.waiting:
            self.file.write_table(pa.concat_tables(self.waiting))
            self.waiting = []

    def close(self) -> None:
        self._flush()
        self.file.close()


class _Json:
    def __init__(self, path: Path, schema: pa.Schema):
        self.file, self.between = path.open("w", encoding="utf-8"), "[\n"

    def write(self, table: pa.Table) -> None:
        frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        lines = frame.to_json(orient="records", lines=True, force_ascii=False, double_precision=6)
        for line in filter(None, lines.split("\n")):  # a name may hold other ends of lines
            self.file.write(self.between + line.replace("\\/", "/"))  # pandas escapes slashes
            self.between = ",\n"

    def close(self) -> None:
        self.file.write("\n]\n" if self.between != "[\n" else "[]\n")
        self.file.close()
