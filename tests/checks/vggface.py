"""The VGGFace family in small widths, with files in the published ones' layout on a server of the test's own."""

import importlib

from checks.keras_files import vgg_layers, vggface2_layers, write_layered
from learnface.models import _published, _vgg, _vggface2

BLOCKS = ((2, 3), (3, 4), (4, 4, 5), (5, 6, 6), (6, 7, 8))
DENSE = (12, 10)
STEM = 4
STAGES = ((2, 4, 2), (2, 6, 1), (3, 8, 2), (4, 10, 1))
REDUCTION = 2
CLASSES = {"vggface": 2622, "vggface_resnet50": 8631, "vggface_senet50": 8631}


def make_narrow(monkeypatch):
    """Put small widths in the place of the published ones."""
    monkeypatch.setattr(importlib.import_module("learnface.models.vggface"), "BLOCKS", BLOCKS)
    monkeypatch.setattr(_vgg, "DENSE", DENSE)
    monkeypatch.setattr(_vggface2, "STEM", STEM)
    monkeypatch.setattr(_vggface2, "STAGES", STAGES)
    monkeypatch.setattr(_vggface2, "REDUCTION", REDUCTION)


def use_mirror(monkeypatch, url, cache):
    """Have published weights come from `url` and be kept in `cache`."""
    monkeypatch.setenv("LEARNFACE_WEIGHTS_URL", url)
    monkeypatch.setenv("LEARNFACE_CACHE", str(cache))


def narrow_layers(builder, *, top, seed=0):
    """Return the layers of a published file in small widths, by its own names."""
    classes = CLASSES[builder] if top else 0
    if builder == "vggface":
        return vgg_layers(BLOCKS, DENSE, classes, seed=seed)
    reduction = REDUCTION if builder == "vggface_senet50" else 0
    return vggface2_layers(STEM, STAGES, classes, reduction=reduction, seed=seed)


def write_published(folder, builder):
    """Write both files of a network under their published names; return the layers of the whole one."""
    folder.mkdir(exist_ok=True)
    published = _published.PUBLISHED[builder]
    whole = narrow_layers(builder, top=True)
    write_layered(folder / published.whole.name, whole)
    write_layered(folder / published.body.name, narrow_layers(builder, top=False, seed=1))
    return whole
