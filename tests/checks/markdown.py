"""What the tests of the documentation share: its files, and the code and commands in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pages():
    """Return the Markdown files that are kept by hand; those made from the code are not in the repository."""
    from learnface_site.pages import GENERATED

    made = tuple(str(ROOT / "docs" / name) for name in GENERATED)
    found = [path for path in sorted((ROOT / "docs").rglob("*.md")) if not str(path).startswith(made)]
    return [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("notebooks/*.md")), *found]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def python_blocks(text):
    """Return the Python blocks of a page, and whether each is marked `python skip`."""
    found = re.finditer(r"^```python( skip)?\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [(bool(match[1]), match[2]) for match in found]


def shell_lines(text):
    """Return the commands of indented blocks, each on one line."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^    (\S.*)$", text.replace("\\\n", " "), flags=re.MULTILINE)
    return [line.strip() for line in lines]


def inline_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)]
