"""Transfer learning: what a network has learnt from one corpus, put to use on another.

from learnface.transfer import freeze, replace_head, unfreeze
"""

from learnface.transfer.freezing import freeze, frozen_names, inner_layers, unfreeze
from learnface.transfer.heads import replace_head
from learnface.transfer.learning_rates import discriminative_rates

__all__ = ["discriminative_rates", "freeze", "frozen_names", "inner_layers", "replace_head", "unfreeze"]
