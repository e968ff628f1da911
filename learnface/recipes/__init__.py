"""Published tables, reproduced: one paper, one file.

A recipe names its corpus, models and settings, and holds the paper's own numbers; `run` trains, scores on the
test rows once, and puts our numbers beside theirs. `learnface reproduce NAME --data DIR` runs it.
"""

import importlib
from types import ModuleType

from learnface.errors import DataError

__all__ = ["RECIPES", "check_recipe", "get_recipe"]

RECIPES = {
    "fer_vgg": "the weights that come with learnface, on FER2013 faces with FER+ labels",
    "mi2020": "Mi et al. 2020, Tables 1 and 2: valence and arousal from video, LSTMs and ConvLSTM",
    "occlusion": "the five-branch network, Table 1 and Figure 3 on FER+, and occluded test faces",
    "qian2021": "Qian and Qian 2021, Tables 1 to 4: micro-expressions by two streams, on SMIC and CASME II",
    "sun2020": "Sun et al. 2020, Table 2: three convolutional networks on FER2013",
    "wang2020": "Wang et al. 2020, Tables 1 to 6: VGGFace-LSTM on CK+ and BNU-LSVED",
}
"""Every recipe by its name, with what it reproduces. Their modules load TensorFlow, so they load when asked."""


def check_recipe(name: str) -> None:
    """Do nothing if there is a recipe of that name, at once and without loading it.

    Raises:
        DataError: there is none.
    """
    if name not in RECIPES:
        raise DataError(f"there is no recipe {name!r}: choose one of {', '.join(RECIPES)}")


def get_recipe(name: str) -> ModuleType:
    """Return the module of a recipe: `get_recipe("sun2020").run(data, out)`.

    Raises:
        DataError: no recipe has that name.
    """
    check_recipe(name)
    return importlib.import_module(f"learnface.recipes.{name}")
