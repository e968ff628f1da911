"""Layers that Keras lacks: LSTMs with peepholes, frames folded into the batch, and masks of frames.

They are written in `keras.ops` alone, so that they run on each Keras backend.
"""

from learnface.layers.conv_lstm2d import ConvLSTM2D
from learnface.layers.fold_time import FoldTime
from learnface.layers.frame_mask import FrameMask
from learnface.layers.peephole_lstm import PeepholeLSTM
from learnface.layers.unfold_time import UnfoldTime

__all__ = ["ConvLSTM2D", "FoldTime", "FrameMask", "PeepholeLSTM", "UnfoldTime"]
