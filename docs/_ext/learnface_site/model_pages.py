"""One page a model: source, sizes, picture, weights, measured figures, and the builder's arguments."""

import inspect
import sys
from pathlib import Path

from learnface.models import MODELS, ModelCard
from learnface_site.api_pages import describe
from learnface_site.facts import ModelFacts, model_facts, model_outline, shape_text
from learnface_site.picture import architecture_svg
from learnface_site.results import figures_of
from learnface_site.rows import model_rows
from learnface_site.writing import as_table, linked, table

__all__ = ["model_pages", "model_table"]


def model_pages(docs: Path) -> dict[str, str]:
    """Return the pages of all models and their pictures, by file name."""
    pages = {"index.md": _index()}
    for name in MODELS:
        facts = model_facts(name)
        pages[f"{name}.md"] = _page(facts, docs / "results")
        pages[f"{name}.svg"] = architecture_svg(model_rows(model_outline(name)), f"Architecture of {name}")
    return pages


def model_table(link: str = "{name}.md") -> str:
    """Return the table of all models as Markdown.

    Args:
        link: where the name of a model leads, with `{name}`; empty for no link.
    """
    rows = []
    for name in MODELS:
        facts = model_facts(name)
        label = f"[`{name}`]({link.format(name=name)})" if link else f"`{name}`"
        rows.append((label, facts.summary, *numbers(facts)))
    head = ("model", "what it is", "input", "parameters", "GFLOPs", "weights")
    return as_table(head, rows, right=(3, 4))


def numbers(facts: ModelFacts) -> tuple[str, str, str, str]:
    """Return input, parameters, GFLOPs and weights as the tables show them."""
    inputs = " + ".join(map(shape_text, facts.inputs.values()))
    weights = ", ".join(f"`{name}`" for name in facts.weights) or "–"
    return inputs, f"{facts.parameters:,}", gflops(facts.flops), weights


def gflops(count: int) -> str:
    """Return operations in units of 10^9, with three digits that count."""
    value = count / 1e9
    digits = next((d for d, bound in enumerate((100, 10, 1, 0.1, 0.01)) if value >= bound), 5)
    return f"{value:.{digits}f}"


def _index() -> str:
    toc = "\n".join(MODELS)
    return f"""# Models

Built with their default arguments; `learnface models NAME` prints the layers. GFLOPs are the multiplications and
additions of one forward pass over one image or clip, by `learnface.models.flops`: papers that count
"multiply-adds" print half of them.

{model_table()}

Any network with a feature map serves the clip models as a backbone: see
[`learnface.models.backbones`](../api/learnface.models.backbones.md). Weights of other people are downloaded when
you ask for them by name: see [Weights](../weights.md).

```{{toctree}}
:hidden:

{toc}
```
"""


def _page(facts: ModelFacts, results: Path) -> str:
    title, _, rest = linked(facts.source).partition("\n")
    inputs = "; ".join(f"`{name}` {shape_text(shape)}" for name, shape in facts.inputs.items())
    weights = ", ".join(f'`weights="{name}"`' for name in facts.weights) or "none yet: train it"
    sizes = table(
        [
            ("input", f"{inputs}, float32" + (" in [0, 1]" if "flow" not in facts.inputs else "")),
            ("output", shape_text(facts.outputs)),
            ("parameters", f"{facts.parameters:,}"),
            ("GFLOPs", f"{gflops(facts.flops)}, for one image or clip (`learnface.models.flops`)"),
            ("weights", weights),
        ]
    )
    figures = figures_of(facts.name, results) or (
        "Nothing yet: no run of this model on a whole corpus has been written down in [Results](../results/README.md)."
    )
    cards = "\n\n".join(_card(name, card) for name, card in facts.weights.items() if card)
    return f"""# {facts.name}

{title}
{rest}

```python
from learnface.models import {facts.name}

model = {facts.name}()
```

{sizes}

## Architecture

Drawn from the code, with the default arguments. Activations, normalisation and dropout belong to the layer before
them; on the right is the shape of the output.

![Architecture of {facts.name}]({facts.name}.svg)

## Measured

{figures}

{f"## Weights{chr(10)}{chr(10)}{cards}" if cards else ""}

## Arguments

```{{eval-rst}}
.. autofunction:: learnface.models.{facts.name}
```

{_classes(facts.name)}
"""


def _classes(name: str) -> str:
    """Return the directives of the public classes in the file of a model, on the page of its namesake."""
    module = sys.modules[MODELS[name].__module__]
    public = {one: getattr(module, one) for one in module.__all__ if module.__name__.endswith(f".{name}")}
    return "\n".join(
        describe(module.__name__, one, kind) for one, kind in public.items() if inspect.isclass(kind)
    )


def _card(name: str, card: ModelCard) -> str:
    scores = "; ".join(
        f"{key.replace('_', ' ')} {value:.4f}"
        for key, value in card.scores.items()
        if isinstance(value, float)
    )
    rows = [
        ("labels, in order", _labels(card)),
        ("input", f"{shape_text(card.input_shape)}, {card.colour}"),
        ("face", card.face),
        ("trained on", card.corpus),
        ("protocol", card.protocol),
        ("scores", scores),
        ("licence", card.licence),
        ("from", f"<{card.url}>" if card.url else ""),
        ("limits", card.notes),
    ]
    each = card.scores.get("per_class", {})
    classes = ""
    if each:
        head = ("class", "faces", "precision", "recall", "F1")
        lines = [
            (label, s["support"], f"{s['precision']:.3f}", f"{s['recall']:.3f}", f"{s['f1']:.3f}")
            for label, s in each.items()
        ]
        classes = "\n\n" + as_table(head, lines, right=(1, 2, 3, 4))
    return f"### {name}\n\n{table(rows)}{classes}"


def _labels(card: ModelCard) -> str:
    return ", ".join(card.labels) if len(card.labels) < 30 else f"{len(card.labels):,} of them"
