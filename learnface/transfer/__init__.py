"""Transfer learning: what a network has learnt from one corpus, put to use on another.

from learnface.transfer import cache_features, freeze, replace_head, split_model
"""

from learnface.transfer.features import CachedFeatures, cache_features
from learnface.transfer.freezing import freeze, frozen_names, inner_layers, unfreeze
from learnface.transfer.heads import replace_head
from learnface.transfer.learning_rates import discriminative_rates
from learnface.transfer.splitting import feature_layer, split_model

__all__ = [
    "CachedFeatures",
    "cache_features",
    "discriminative_rates",
    "feature_layer",
    "freeze",
    "frozen_names",
    "inner_layers",
    "replace_head",
    "split_model",
    "unfreeze",
]
