import io

import keras
import numpy as np
from rich.console import Console

from learnface.callbacks import Progress


def test_a_line_an_epoch_with_figures_and_time_left():
    text = io.StringIO()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    progress = Progress(steps_per_epoch=2, console=Console(file=text, width=200))
    model.fit(np.zeros((4, 1)), np.zeros((4, 1)), batch_size=2, epochs=3, verbose=0, callbacks=[progress])
    lines = text.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch 1/3  loss 0  (")
    assert lines[-1].endswith("(0 s left)")


def test_the_bar_is_taken_away_after_an_error():
    text = io.StringIO()
    progress = Progress(steps_per_epoch=2, console=Console(file=text, force_terminal=True))
    progress.close()  # before it began there is nothing to take away
    progress.set_params({"epochs": 1})
    progress.on_train_begin()
    progress.close()
    assert (
        text.getvalue().count("\x1b[?25l") == text.getvalue().count("\x1b[?25h") == 1
    )  # hide and show the cursor
