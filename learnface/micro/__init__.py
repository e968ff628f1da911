"""Micro-expressions: the classical descriptors of a clip, and spotting in long videos."""

from learnface.micro.facial_dynamics_map import facial_dynamics_map
from learnface.micro.lbp_top import lbp_top
from learnface.micro.mdmo import mdmo
from learnface.micro.spotting import Spotting, SpottingSettings, spot

__all__ = ["Spotting", "SpottingSettings", "facial_dynamics_map", "lbp_top", "mdmo", "spot"]
