"""The record of one run: what was trained, on what, how, with which result."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from learnface.errors import DataError
from learnface.files import write_text

__all__ = ["RunReport"]


@dataclasses.dataclass
class RunReport:
    """One training and its evaluation, as JSON.

    Attributes:
        name: what was trained, such as `"sun2020/fer_cnn"`.
        parameters: number of the model's parameters.
        settings: every setting of the run.
        seed: the seed of everything random.
        data: per part (train, validation, test) its number of samples and its hash.
        history: per figure one value an epoch.
        best_epoch: epoch whose weights were kept, counted from 1.
        scores: results by part and figure.
        seconds: time that the training took, over all processes.
        command: the command that made the run.
        versions: versions of what it ran on.
        machine: processor, cores, accelerators.
    """

    name: str
    parameters: int = 0
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    seed: int = 0
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    history: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    best_epoch: int | None = None
    scores: dict[str, Any] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    command: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    machine: dict[str, Any] = dataclasses.field(default_factory=dict)

    def save(self, path: str | Path) -> None:
        """Write the report to a JSON file, atomically."""
        write_text(path, json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> "RunReport":
        """Read a report.

        Raises:
            DataError: the file is missing or is no report.
        """
        try:
            return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise DataError(f"{path} is not a readable RunReport ({error})") from error
