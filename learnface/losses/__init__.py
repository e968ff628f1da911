"""Losses that Keras lacks."""

from learnface.losses.concordance_loss import ConcordanceLoss

__all__ = ["ConcordanceLoss"]
