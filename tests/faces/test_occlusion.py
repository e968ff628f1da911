import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.occlusion import AREAS, KINDS, occlude


@pytest.fixture
def face(rng):
    return rng.uniform(100, 180, (48, 40, 3)).astype(np.uint8)


def inside(area: str, shape: tuple[int, int]) -> np.ndarray:
    x, y, width, height = AREAS[area]
    rows, columns = np.indices(shape)
    down, across = (rows + 0.5) / shape[0], (columns + 0.5) / shape[1]
    return (x <= across) & (across <= x + width) & (y <= down) & (down <= y + height)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("coverage", [0.1, 0.5, 0.9])
def test_coverage_is_exact_and_stays_in_its_area(face, kind, area, coverage):
    _, hidden = occlude(face, area, kind, coverage, seed=3)
    place = inside(area, face.shape[:2])
    assert not (hidden & ~place).any()
    assert hidden.sum() == pytest.approx(
        coverage * place.sum(), abs=0.5 + 0.06 * place.sum() * (area == "mouth")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_only_hidden_pixels_and_soft_edges_change(face, kind):
    occluded, hidden = occlude(face, "lower", kind, 0.5, seed=1)
    changed = (occluded != face).any(axis=2)
    edge = np.zeros_like(hidden)
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        edge |= np.roll(hidden, (down, across), (0, 1))
    assert not (changed & ~hidden & ~(edge if KINDS[kind].soft else hidden)).any()
    assert (changed & hidden).sum() > 0.9 * hidden.sum()


@pytest.mark.parametrize("kind", [*KINDS, "random"])
def test_the_seed_decides(face, kind):
    first, second, other = (occlude(face, kind=kind, seed=seed) for seed in (7, 7, 8))
    assert (first[0] == second[0]).all() and (first[1] == second[1]).all()
    assert (first[0] != other[0]).any()
    generator = np.random.default_rng(7)
    assert (occlude(face, kind=kind, seed=generator)[0] == first[0]).all()
    assert (occlude(face, kind=kind, seed=generator)[0] != first[0]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_dtypes_and_shapes_agree(face, kind):
    as_bytes, hidden = occlude(face, kind=kind, seed=2)
    as_floats, hidden_too = occlude(face.astype(np.float32) / 255, kind=kind, seed=2)
    assert as_bytes.dtype == np.uint8 and as_floats.dtype == np.float32
    assert (hidden == hidden_too).all()
    np.testing.assert_allclose(as_floats * 255, as_bytes, atol=0.51)
    assert as_floats.min() >= 0 and as_floats.max() <= 1
    grey, grey_too = (occlude(image, kind=kind, seed=2)[0] for image in (face[..., 0], face[..., :1]))
    assert grey.shape == (48, 40) and (grey == grey_too[..., 0]).all()


def test_random_takes_every_kind(face):
    found = {occlude(face, kind="random", seed=seed)[0].tobytes() for seed in range(40)}
    for kind in KINDS:
        assert any(_same_kind(face, kind, seed) in found for seed in range(40)), kind


def _same_kind(face, kind, seed):
    """Return what `"random"` makes when it draws `kind`: that draw, then the same generator."""
    generator = np.random.default_rng(seed)
    return (
        occlude(face, kind=kind, seed=generator)[0].tobytes()
        if generator.choice(list(KINDS)) == kind
        else b""
    )


def test_none_and_all(face):
    same, hidden = occlude(face, coverage=0)
    assert (same == face).all() and not hidden.any()
    for kind in KINDS:
        _, hidden = occlude(face, "face", kind, coverage=1)
        assert hidden.all()


def test_a_hand_has_the_faces_own_colour():
    face = np.full((60, 60, 3), (200, 120, 90), np.uint8)
    occluded, hidden = occlude(face, "lower", "hand", 0.6)
    red, green, blue = np.median(occluded[hidden], axis=0)
    assert red > green > blue and red / blue == pytest.approx(200 / 90, rel=0.1)


def test_an_own_area_and_a_read_only_face(face):
    face.setflags(write=False)
    _, hidden = occlude(face, (0.5, 0.25, 0.25, 0.5), "noise", 1.0)
    rows, columns = np.nonzero(hidden)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (12, 35, 20, 29)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "scarf"}, "choose 'random' or one of"),
        ({"area": "chin"}, "choose one of"),
        ({"area": (0, 0, 1, 0)}, "not \\(x, y, width, height\\)"),
        ({"area": (2, 2, 0.5, 0.5)}, "lies outside the face, whose parts go from 0 to 1"),
        ({"area": (0, -0.5, 1, 0.5)}, "lies outside the face"),
        ({"coverage": 1.5}, "not between 0 and 1"),
        ({"face": np.zeros((9, 9), int)}, "int64"),
        ({"face": np.zeros((9, 9, 2), np.uint8)}, r"\(9, 9, 2\)"),
    ],
)
def test_errors_say_what_to_do(arguments, message):
    with pytest.raises(DataError, match=message):
        occlude(**{"face": np.zeros((9, 9), np.uint8)} | arguments)
