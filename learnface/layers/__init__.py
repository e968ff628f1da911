"""Layers that Keras lacks: LSTMs with peepholes, frames folded into the batch and masked, and parts of faces.

They are written in `keras.ops` alone, so that they run on each Keras backend.
"""

from learnface.layers.branch_margin import BranchMargin
from learnface.layers.conv_lstm2d import ConvLSTM2D
from learnface.layers.fold_time import FoldTime
from learnface.layers.frame_mask import FrameMask
from learnface.layers.peephole_lstm import PeepholeLSTM
from learnface.layers.random_occlusion import RandomOcclusion
from learnface.layers.region_crops import RegionCrops
from learnface.layers.unfold_time import UnfoldTime
from learnface.layers.weighted_sum import WeightedSum

__all__ = [
    "BranchMargin",
    "ConvLSTM2D",
    "FoldTime",
    "FrameMask",
    "PeepholeLSTM",
    "RandomOcclusion",
    "RegionCrops",
    "UnfoldTime",
    "WeightedSum",
]
