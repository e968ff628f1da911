"""Losses that Keras lacks."""

from learnface.losses.concordance_loss import ConcordanceLoss
from learnface.losses.masked_mean_squared_error import MaskedMeanSquaredError

__all__ = ["ConcordanceLoss", "MaskedMeanSquaredError"]
