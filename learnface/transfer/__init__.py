"""Transfer learning: what a network has learnt from one corpus, put to use on another.

`transfer_learn` does wang2020's whole path in one call; its parts are here too: `pretrain`, `train_stages`,
`freeze` and `unfreeze`, `replace_head`, `cache_features`, `discriminative_rates`.
"""

from learnface.transfer._cards import preparation_of
from learnface.transfer.features import CachedFeatures, cache_features
from learnface.transfer.fine_tuning import FineTuned, fine_tune
from learnface.transfer.freezing import freeze, frozen_names, inner_layers, unfreeze
from learnface.transfer.heads import replace_head
from learnface.transfer.learning_rates import discriminative_rates
from learnface.transfer.scheduled_nadam import ScheduledNadam
from learnface.transfer.splitting import feature_layer, split_model
from learnface.transfer.stages import Stage, nadam, train_stages
from learnface.transfer.transfer_learning import Transferred, pretrain, transfer_learn

__all__ = [
    "CachedFeatures",
    "FineTuned",
    "ScheduledNadam",
    "Stage",
    "Transferred",
    "cache_features",
    "discriminative_rates",
    "feature_layer",
    "fine_tune",
    "freeze",
    "frozen_names",
    "inner_layers",
    "nadam",
    "preparation_of",
    "pretrain",
    "replace_head",
    "split_model",
    "train_stages",
    "transfer_learn",
    "unfreeze",
]
