"""Links between files of the repository hold, also where no site is built."""

import re

import pytest
from checks.markdown import ROOT, name_of, pages

from learnface_site.pages import GENERATED

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def targets(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [target for target in LINK.findall(text) if not re.match(r"[a-z]+:|#", target)]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_hold(page):
    for target in targets(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        assert (page.parent / path).exists(), f"{name_of(page)} links to {target}, which is not there"
        if anchor:
            heads = re.findall(
                r"^#+ (.+)$", (page.parent / path).read_text(encoding="utf-8"), flags=re.MULTILINE
            )
            assert anchor in {
                re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads
            }


def test_git_ignores_what_is_generated():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {f"/docs/{name}" if "." in name else f"/docs/{name}/" for name in GENERATED} <= set(ignored)
    kept = [name for name in GENERATED if any(page.is_relative_to(ROOT / "docs" / name) for page in pages())]
    assert not kept
