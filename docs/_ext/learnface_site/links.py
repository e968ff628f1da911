"""Names of learnface in the text become links: `learnface.faces.align_face`, `align_face`, `learnface predict`.

The text itself stays plain Markdown, which reads well on any page that shows the repository.
"""

import re
from functools import cache

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from learnface_site.api_pages import PACKAGES, public_objects

__all__ = ["NameLinks", "resolve_moved_names"]

_DOTTED = re.compile(r"learnface(\.\w+)+(?=$|\()")  # also what is called
_NAME = re.compile(r"[A-Za-z]\w*(?=$|\()")
_LONGEST = 60  # longer code says how, not what
_COMMAND = re.compile(r"learnface ([a-z]+)\b")


class NameLinks(SphinxPostTransform):
    """Makes links of inline code that names something documented."""

    default_priority = 5

    def run(self, **kwargs) -> None:
        """Look at each piece of inline code of a page."""
        for literal in list(self.document.findall(nodes.literal)):
            if isinstance(literal.parent, nodes.reference | nodes.title) or _in_link(literal):
                continue
            target = self._target(literal.astext())
            if target is None or target == (self.env.docname, ""):
                continue
            page, anchor = target
            uri = (
                "" if page == self.env.docname else self.app.builder.get_relative_uri(self.env.docname, page)
            )
            reference = nodes.reference("", "", internal=True, refuri=uri + (f"#{anchor}" if anchor else ""))
            literal.replace_self(reference)
            reference += literal

    def _target(self, text: str) -> tuple[str, str] | None:
        """Return the page and anchor of what a piece of code names."""
        if len(text) > _LONGEST:
            return None
        if command := _COMMAND.match(text):
            page = "commands"
            return (page, f"learnface-{command[1]}") if page in self.env.found_docs else None
        for pattern in (_DOTTED, _NAME):
            if found := pattern.match(text):
                return self._page(found[0])
        return None

    def _page(self, name: str) -> tuple[str, str] | None:
        for folder in ("models", "corpora"):
            short = name.rpartition(".")[2]
            if short == "index":
                continue
            if f"{folder}/{short}" in self.env.found_docs and name in (short, f"learnface.{folder}.{short}"):
                return f"{folder}/{short}", ""
        if name in PACKAGES:
            return f"api/{name}", ""
        known = self.env.domaindata["py"]["objects"]
        full = name if "." in name else _short_names().get(name)
        entry = known.get(full) or known.get(_moved().get(full))
        return (entry.docname, entry.node_id) if entry else None


def resolve_moved_names(app, env, node, contnode) -> nodes.reference | None:
    """Find a class that annotations name by the module of its definition under its public name."""
    public = _moved().get(node.get("reftarget"))
    entry = env.domaindata["py"]["objects"].get(public)
    if entry is None:
        return None
    uri = app.builder.get_relative_uri(node["refdoc"], entry.docname)
    return nodes.reference("", "", contnode, internal=True, refuri=f"{uri}#{entry.node_id}")


def _in_link(node: nodes.Node) -> bool:
    while node is not None:
        if isinstance(node, nodes.reference) or node.tagname in ("desc_signature", "pending_xref"):
            return True
        node = node.parent
    return False


@cache
def _moved() -> dict[str, str]:
    """Return public names by the names under which objects are defined."""
    return {
        f"{thing.__module__}.{thing.__qualname__}": f"{package}.{name}"
        for package in PACKAGES
        for name, thing in public_objects(package)
        if hasattr(thing, "__qualname__")
    }


@cache
def _short_names() -> dict[str, str]:
    """Return full names by those short ones that one object alone has, and that no common word is."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for name, _ in public_objects(package):
            found.setdefault(name, []).append(f"{package}.{name}")
    return {
        name: full[0]
        for name, full in found.items()
        if len(full) == 1 and ("_" in name or not name.islower())
    }
