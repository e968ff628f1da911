"""The published weights of the VGGFace networks: which files there are, where they lie, and loading them.

The files are those of https://github.com/rcmalli/keras-vggface, release v2.0, converted there from the weights
of the Visual Geometry Group (VGG), University of Oxford. Neither publishes hashes of them, so that a download is
judged by its structure (every layer's name, every array's shape) and its SHA-256 is remembered beside it.
"""

import dataclasses
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import keras

from learnface.errors import DataError
from learnface.files import cache_dir
from learnface.models._card import ModelCard
from learnface.models._download import download, remember, verify
from learnface.models._hdf5_weights import check_hdf5, is_layered, load_hdf5
from learnface.models._weights import load_weights

__all__ = ["PUBLISHED", "Published", "PublishedFile", "load_published", "published_url", "weights_folder"]

URL = "https://github.com/rcmalli/keras-vggface/releases/download/v2.0"
URL_VARIABLE = "LEARNFACE_WEIGHTS_URL"
NAME = "vggface"
"""The name of all of these weights, as an argument of a builder."""


@dataclasses.dataclass(frozen=True)
class PublishedFile:
    """A published weights file.

    Attributes:
        name: name of the file.
        megabytes: its size, roughly.
        sha256: its hash; empty where none is published.
    """

    name: str
    megabytes: int
    sha256: str = ""


@dataclasses.dataclass(frozen=True)
class Published:
    """The published weights of one network.

    Attributes:
        whole: the file with the classifier.
        body: the file without it.
        card: corpus, licence and how faces were cut.
    """

    whole: PublishedFile
    body: PublishedFile
    card: ModelCard


def published_url(file: PublishedFile) -> str:
    """Return where a file is downloaded from: the release, or the mirror `$LEARNFACE_WEIGHTS_URL`."""
    return f"{(os.environ.get(URL_VARIABLE) or URL).rstrip('/')}/{file.name}"


def weights_folder() -> Path:
    """Return the folder of downloaded weights, within `learnface.files.cache_dir()`."""
    return cache_dir() / "weights"


def load_published(
    model: keras.Model, builder: str, weights: str | Path, *, head: Collection[str], whole: bool
) -> list[str]:
    """Load `weights="vggface"`, or those of a folder or file, into a network of the VGGFace family.

    Args:
        model: the model to fill.
        builder: name of its builder, one of `PUBLISHED`.
        weights: `"vggface"`, a folder that has the published files, or a file of any kind that the other
            builders take, too.
        head: names that the classifier's layers with weights have here or in the files.
        whole: whether the published classifier must be loaded, too; else the head is loaded only from a file
            of your own in which it fits.

    Returns:
        Names of the head's layers that were left as they are.

    Raises:
        DataError: there are no such weights, or they do not fit; the model is as it was.
    """
    optional = () if whole else head
    path = Path(weights)
    if str(weights) == NAME:
        path = _cached(model, builder, whole, optional)
    elif path.is_dir():
        path = _in_folder(path, builder, whole)
    elif not path.suffix and not path.exists():
        raise DataError(
            f"{builder} has no weights {str(weights)!r}: choose {NAME!r}, or give the path of a file, or of "
            "the folder that has the published ones"
        )
    elif not is_layered(path):
        load_weights(model, builder, path)
        return []
    left = load_hdf5(model, path, optional=optional)
    if str(weights) == NAME:
        remember(path)
    if path.name in (file.name for file in _files(builder, whole=False)):
        model.card = PUBLISHED[builder].card
    return left


def _files(builder: str, whole: bool) -> tuple[PublishedFile, ...]:
    """Return the files that will do, the best first."""
    published = PUBLISHED[builder]
    return (published.whole,) if whole else (published.body, published.whole)


def _cached(model: keras.Model, builder: str, whole: bool, optional: Collection[str]) -> Path:
    """Return the path of a published file in the cache, downloaded where there is none."""
    candidates = _files(builder, whole)
    for file in candidates:
        path = weights_folder() / file.name
        if path.exists():
            verify(path, file.sha256)
            return path
    file = candidates[0]
    path = weights_folder() / file.name
    download(
        published_url(file),
        path,
        sha256=file.sha256,
        check=lambda temporary: check_hdf5(model, temporary, optional=optional),
        notice=f"{file.name} ({file.megabytes} MB). Licence: {PUBLISHED[builder].card.licence}",
    )
    return path


def _in_folder(folder: Path, builder: str, whole: bool) -> Path:
    names = [file.name for file in _files(builder, whole)]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"the folder {folder} has no {' or '.join(names)}: download it from {URL}")


_VGGFACE2 = ModelCard(
    model="",
    labels=(),
    input_shape=(224, 224, 3),
    colour="RGB",
    face="MTCNN's box, widened by 0.3, the shorter side resized to 256, the middle 224x224 cut",
    corpus="VGGFace2: 3.31 million pictures of 9,131 people, of which 8,631 for training (Cao et al. 2018)",
    licence=(
        "none stated with the models; the VGG group's VGG Face is CC BY-NC 4.0 and its VGGFace2 data CC BY-SA "
        "4.0: take it as for research that is not commercial"
    ),
    url="https://github.com/ox-vgg/vgg_face2",
    notes="The outputs are people, not expressions. Converted by keras-vggface v2.0 (MIT). Faces from the web.",
)
PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        "vggface": Published(
            PublishedFile("rcmalli_vggface_tf_vgg16.h5", 580),
            PublishedFile("rcmalli_vggface_tf_notop_vgg16.h5", 59),
            dataclasses.replace(
                _VGGFACE2,
                model="vggface",
                face="the authors' face detector, scaled to 256, 224x224 cut",
                corpus="VGG Face: 2.6 million pictures of 2,622 people (Parkhi et al. 2015)",
                licence="CC BY-NC 4.0: research that is not commercial (VGG, University of Oxford)",
                url="https://www.robots.ox.ac.uk/~vgg/software/vgg_face/",
            ),
        ),
        "vggface_resnet50": Published(
            PublishedFile("rcmalli_vggface_tf_resnet50.h5", 165),
            PublishedFile("rcmalli_vggface_tf_notop_resnet50.h5", 94),
            dataclasses.replace(_VGGFACE2, model="vggface_resnet50"),
        ),
        "vggface_senet50": Published(
            PublishedFile("rcmalli_vggface_tf_senet50.h5", 175),
            PublishedFile("rcmalli_vggface_tf_notop_senet50.h5", 104),
            dataclasses.replace(_VGGFACE2, model="vggface_senet50"),
        ),
    }
)
"""The published weights by the name of their builder."""
