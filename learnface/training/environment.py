"""What a figure depends on besides the code: versions, machine, data."""

import hashlib
import platform
import shlex
import sys
from importlib import metadata
from pathlib import Path

import keras
import numpy as np

from learnface.processes import usable_cores
from learnface.version import __version__

__all__ = ["array_hash", "command", "machine", "versions"]


def command() -> str:
    """Return the command line of this process, as one would type it."""
    name = Path(sys.argv[0]).name
    return shlex.join(["learnface" if name == "__main__.py" else name, *sys.argv[1:]])


def versions() -> dict[str, str]:
    """Return the versions that a result may depend on, by package."""
    backend = keras.backend.backend()
    packages = ("keras", backend, "numpy", "opencv-python-headless", "scikit-learn")
    found = {"python": platform.python_version(), "learnface": __version__, "keras_backend": backend}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "unknown"
    return found


def machine() -> dict[str, str | int | list[str]]:
    """Return the processor, the number of usable cores and the accelerators."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": usable_cores(),
        "accelerators": [name for name in keras.distribution.list_devices() if not name.startswith("cpu")],
    }


def array_hash(*arrays: np.ndarray) -> str:
    """Return the SHA-256 over arrays' shapes, types and contents: two equal hashes mean equal data.

    Example:
        >>> array_hash(np.zeros(3)) == array_hash(np.zeros(3))
        True
        >>> array_hash(np.zeros(3)) == array_hash(np.ones(3))
        False
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).view(np.uint8))
    return digest.hexdigest()


def _processor() -> str:
    """Return the processor's name, which `platform` does not know on Linux."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
