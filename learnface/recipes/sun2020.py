"""sun2020, Table 2: its ten-layer network and the two networks it rebuilt, on FER2013.

Sun L. et al. (2020), Computer Science and Application 10(10), doi 10.12677/csa.2020.1010194.
"""

import functools

import keras

from learnface.clips import Augmentation
from learnface.recipes._image_recipe import ImageRecipe, run_image_recipe

__all__ = ["RECIPE", "run"]


def _optimizer(steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """SGD at 0.01, halved after 25 epochs' worth of steps, a third after 50, and so on."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(
        0.01, decay_steps=25 * steps_per_epoch, decay_rate=1.0
    )
    return keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True)


RECIPE = ImageRecipe(
    name="sun2020",
    title="Sun et al. 2020, Table 2: accuracy on FER2013",
    corpus="fer2013",
    models=("lu_cnn", "lenet5", "fer_cnn"),
    published={
        "lu_cnn": {"validation": 0.5811, "test": 0.6455},
        "lenet5": {"validation": 0.5646, "test": 0.7142},
        "fer_cnn": {"validation": 0.6400, "test": 0.7292},
    },
    cited={"Jeon et al. 2016 (cited)": {"test": 0.7074}},
    epochs=150,
    batch_size=64,
    optimizer=_optimizer,
    augmentation=Augmentation(flip=True, rotation=10, zoom=0.1, shift=0.1),
    patience=12,
    silent=(
        "The paper gives SGD at 0.01 with a decaying rate, random augmentation, and stopping when validation "
        "accuracy falls while its loss rises; the weights of the best validation accuracy are tested. It does not "
        "give the batch size (64 here), the momentum (0.9, Nesterov), the form of the decay (inverse in time, "
        "halved after 25 epochs), the strength of the augmentation (mirroring, 10 degrees, 10 % zoom and shift), "
        "or how long the loss must rise (12 epochs), nor the layers of the two rebuilt networks (see their files). "
        "Its test accuracies stand 6 to 16 points above its validation accuracies; the two sets are drawn alike, "
        "and a network trained once scores alike on both."
    ),
)


run = functools.partial(run_image_recipe, RECIPE)
"""Run the recipe: `run(data, out)`; see `learnface.recipes._image_recipe.run_image_recipe` for its options."""
