"""`learnface models`: list the networks of the zoo, or show one with its weights."""

from typing import Annotated

import typer

from learnface.quiet import start_tensorflow

__all__ = ["models"]


def models(
    name: Annotated[str | None, typer.Argument(help="Show this model and its weights.")] = None,
) -> None:
    """List the models; or show one, with the cards of its weights."""
    from rich.console import Console

    start_tensorflow()
    console = Console()
    if name is None:
        _list_all(console)
    else:
        _show(console, name)


def _list_all(console) -> None:
    """Print two lines a model, each as soon as it is built: all of them take some seconds."""
    from rich.padding import Padding

    from learnface.models import MODELS, outline, weights_names
    from learnface.models._published import PUBLISHED

    for name, builder in MODELS.items():
        model = outline(name)
        inputs = " + ".join(" x ".join(map(str, tensor.shape[1:])) for tensor in model.inputs)
        weights = [*weights_names(name), *(["vggface"] if name in PUBLISHED else [])]
        facts = [f"{inputs} -> {model.output_shape[-1]}", f"{model.count_params():,} parameters"]
        facts += [f"weights {', '.join(weights)}"] if weights else []
        console.print(f"[bold]{name}[/]  {'; '.join(facts)}", highlight=False, soft_wrap=True)
        console.print(Padding(_first_line(builder), (0, 0, 0, 4)), highlight=False, markup=False)


def _show(console, name: str) -> None:
    from learnface.models import outline, weights_card, weights_names
    from learnface.models._published import PUBLISHED

    model = outline(name)
    console.print(f"[bold]{name}[/]  {model.count_params():,} parameters", highlight=False)
    model.summary(print_fn=lambda text: console.print(text, markup=False, highlight=False))
    for weights in weights_names(name):
        _show_card(console, weights, weights_card(name, weights))
    if name in PUBLISHED:
        _show_card(console, "vggface", PUBLISHED[name].card)


def _show_card(console, weights: str, card) -> None:
    console.print(f"\n[bold]weights={weights!r}[/]", highlight=False)
    for field in ("labels", "input_shape", "colour", "face", "corpus", "protocol", "licence", "url", "notes"):
        value = getattr(card, field)
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        if shown:
            console.print(f"  {field}: {shown}", markup=False, highlight=False)
    for figure, value in card.scores.items():
        if isinstance(value, float):
            console.print(f"  {figure}: {value:.4f}", highlight=False)


def _first_line(builder) -> str:
    import sys

    return sys.modules[builder.__module__].__doc__.splitlines()[0]
