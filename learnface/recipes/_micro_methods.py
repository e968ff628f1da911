"""The methods of qian2021's tables and of their company: how each learns, and what its runs depend on."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from learnface.arguments import check_above, check_least
from learnface.clips import MicroSettings
from learnface.recipes._micro_baselines import METHODS as CLASSICAL
from learnface.recipes._micro_networks import Network
from learnface.recipes._micro_report import Kind

__all__ = [
    "FC6",
    "FIXED",
    "FUSED",
    "METHODS",
    "Options",
    "SPATIAL",
    "TEMPORAL",
    "kinds_of",
    "plan_of",
    "yes_no",
]

FUSED, FIXED, FC6, SPATIAL, TEMPORAL = "fusion", "fusion_fixed", "fusion_fc6", "spatial", "temporal"
METHODS = {
    FUSED: "fusion after fc7, trained",
    FIXED: "fusion after fc7, fixed",
    FC6: "fusion after fc6, trained",
    TEMPORAL: "temporal stream",
    SPATIAL: "spatial stream",
    "ststnet": "STSTNet (not in the paper)",
    **{name: baseline.title for name, baseline in CLASSICAL.items()},
}
"""Every method of the tables by its name."""
_ARGUMENTS = {
    FUSED: {},
    FIXED: {"fusion": "fixed"},
    FC6: {"fuse_after": "fc6"},
    TEMPORAL: {"streams": "temporal"},
    SPATIAL: {"streams": "spatial"},
}
_NETWORKS = (*_ARGUMENTS, "ststnet")


@dataclasses.dataclass(frozen=True)
class Options:
    """What a run may choose; the arguments of `run` that describe the networks."""

    epochs: int
    patience: int
    width: float
    batch_size: int
    learning_rate: float
    ststnet_epochs: int
    ststnet_rate: float
    refit: bool
    dtype_policy: str
    jit_compile: bool

    def __post_init__(self):
        whole = ("epochs", "patience", "batch_size", "ststnet_epochs")
        check_least(1, **{name: getattr(self, name) for name in whole})
        check_above(0, width=self.width, learning_rate=self.learning_rate, ststnet_rate=self.ststnet_rate)


def plan_of(
    name: str,
    options: Options,
    settings: MicroSettings,
    described: MicroSettings,
    mdmo_form: str,
    corpus: Mapping[str, Any],
) -> tuple[Network | Any, dict[str, Any]]:
    """Return a method, and what else its runs depend on; `corpus` is what tells the corpus from others."""
    if name in _NETWORKS:
        return _network(name, options), {"clips": settings.describe(), **corpus}
    more = {"form": mdmo_form} if name == "mdmo" else {}
    return CLASSICAL[name].search, {"clips": described.describe(), **corpus, **more}


def _network(method: str, options: Options) -> Network:
    shared = {name: getattr(options, name) for name in ("refit", "dtype_policy", "jit_compile")}
    if method == "ststnet":
        return Network(
            "ststnet",
            inputs=("onset_apex",),
            epochs=options.ststnet_epochs,
            batch_size=256,
            learning_rate=options.ststnet_rate,
            patience=None,
            **shared,
        )
    streams = {TEMPORAL: ("flow",), SPATIAL: ("frames",)}
    return Network(
        "micro_fusion",
        {**_ARGUMENTS[method], "width": options.width},
        inputs=streams.get(method, ("frames", "flow")),
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        patience=options.patience,
        **shared,
    )


def kinds_of(
    plans: Mapping[str, tuple[Any, Any]], settings: MicroSettings, described: MicroSettings, mdmo_form: str
) -> list[Kind]:
    """Return what the methods of each kind have in common that others have not."""
    fused, small = plans[FUSED][0], plans["ststnet"][0]
    pictures = {"size": settings.size, "frames": settings.frames}
    learning = ("epochs", "batch_size", "learning_rate")
    own, authors = ({name: getattr(network, name) for name in learning} for network in (fused, small))
    again = {"refit": yes_no(fused.refit), "precision": fused.dtype_policy}
    width = {"width": fused.arguments["width"], "patience": fused.patience}
    texture = {"size": described.size, "frames": described.frames}
    return [
        Kind("the paper's networks", tuple(_ARGUMENTS), pictures | width | own | again),
        Kind("STSTNet", ("ststnet",), {"patience": "none, all epochs are searched"} | authors | again),
        Kind("descriptors", tuple(CLASSICAL), texture | {"MDMO": mdmo_form}),
    ]


def yes_no(true: bool) -> str:
    return "yes" if true else "no"
