"""Warnings on screen: one line each, without Python's file and line."""

import contextlib
import warnings
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

__all__ = ["tell_warnings"]


@contextlib.contextmanager
def tell_warnings() -> Iterator[None]:
    """Print what learnface warns of within, each once, at the end; what other libraries warn of is dropped."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", module=r"learnface\.")
        try:
            yield
        finally:
            for message in dict.fromkeys(str(warning.message) for warning in caught):
                text = Text.assemble(("warning: ", "bold yellow"), message)
                Console(stderr=True).print(text, soft_wrap=True)
