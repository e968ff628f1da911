"""The classical baselines of Table 4 of qian2021: LBP-TOP, FDM and MDMO, each with an SVM.

    features = METHODS["lbp_top"].features(clips)                 # once, for all folds
    result = cross_validate(METHODS["lbp_top"].search, index, features)

Descriptors are those of their papers (`learnface.micro`). In every fold C, and whether classes weigh the same, are
chosen on inner folds of the training people; the paper says nothing of how it chose them.
"""

import functools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from learnface.errors import DataError, LearnfaceError
from learnface.micro.facial_dynamics_map import dynamics_map
from learnface.micro.lbp_top import lbp_top
from learnface.micro.mdmo import mdmo
from learnface.processes import run_inline, run_jobs
from learnface.training import GridSearch

__all__ = ["Baseline", "Clips", "METHODS"]


class Clips(Protocol):
    """Aligned clips, as `learnface.clips.MicroClips` has them.

    Attributes:
        frames: `(clips, frames, height, width, channels)` uint8.
        flow: `(clips, frames - 1, height, width, 2 or more)`: dx and dy in pixels per frame.
    """

    frames: NDArray
    flow: NDArray


@dataclass(frozen=True)
class Baseline:
    """A descriptor and its classifier.

    Attributes:
        title: for tables.
        reads: what the descriptor is of: `"frames"` or `"flow"`.
        descriptor: from one clip's frames or flow to a vector.
        search: the SVM, whose settings each fold chooses for itself.
        published: accuracy in Table 4 by corpus.
    """

    title: str
    reads: str
    descriptor: Callable[[NDArray], NDArray[np.float32]]
    search: GridSearch
    published: Mapping[str, float]

    def features(self, clips: Clips, workers: int = 1, **options: Any) -> NDArray[np.float32]:
        """Return the descriptors of all clips, `(clips, features)`, in order.

        Args:
            clips: aligned clips.
            workers: processes; with more than one, a script needs the usual `if __name__ == "__main__":`.
            **options: further arguments of the descriptor, such as `landmarks` of MDMO.

        Raises:
            DataError: a clip is too small or has too few frames.
        """
        arrays = getattr(clips, self.reads)
        if not len(arrays):
            raise DataError("there are no clips to describe")
        work, jobs = _Describe(functools.partial(self.descriptor, **options)), deque(enumerate(arrays))
        events = run_inline(work, jobs) if workers == 1 else run_jobs(work, jobs, workers, float("inf"))
        found: list[Any] = [None] * len(arrays)
        for event in events:
            if event.kind == "lost":
                raise LearnfaceError(f"clip {event.job[0]}: its process {event.value[1]}: use fewer workers")
            if event.kind == "done":
                found[event.job[0]] = event.value
        return np.stack(found)


@dataclass(frozen=True)
class _Describe:
    """Describes one clip; it travels to worker processes."""

    descriptor: Callable[[NDArray], NDArray[np.float32]]

    def __call__(self, job: tuple[int, NDArray], beat: Callable) -> NDArray[np.float32]:
        number, clip = job
        beat(f"clip {number}")
        return self.descriptor(clip)


def _search(**grid) -> GridSearch:
    pipeline = make_pipeline(StandardScaler(), SVC(kernel="linear"))
    return GridSearch(pipeline, {f"svc__{name}": values for name, values in grid.items()})


METHODS = {
    "lbp_top": Baseline(
        "LBP-TOP + SVM",
        "frames",
        functools.partial(lbp_top, blocks=(5, 5), radii=(1, 1, 4)),
        _search(class_weight=(None, "balanced"), C=(0.0001, 0.001, 0.01, 0.1)),
        {"smic": 0.531, "casme2": 0.565},
    ),
    "fdm": Baseline(
        "FDM + SVM",
        "flow",
        functools.partial(dynamics_map, cuboids=(3, 8, 8)),
        _search(class_weight=(None, "balanced"), kernel=("linear", "rbf"), C=(0.01, 0.1, 1, 10)),
        {"smic": 0.423, "casme2": 0.432},
    ),
    "mdmo": Baseline(
        "MDMO + SVM",
        "frames",
        mdmo,
        _search(class_weight=(None, "balanced"), kernel=("linear", "rbf"), C=(0.001, 0.01, 0.1, 1, 10)),
        {"smic": 0.522, "casme2": 0.534},
    ),
}
"""Every baseline of Table 4 by its name there, in its order."""
