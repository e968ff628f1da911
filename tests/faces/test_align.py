import cv2
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.align import (
    MEAN_FACE,
    TEMPLATES,
    align_clip,
    align_face,
    complete_landmarks,
    fit_affine,
    fit_similarity,
    transform_points,
)
from learnface.faces.landmarks import MIRROR, five_points, mirror_landmarks, roll


def similarity(angle: float, scale: float = 1.0, shift=(0.0, 0.0)) -> np.ndarray:
    radians = np.radians(angle)
    cos, sin = scale * np.cos(radians), scale * np.sin(radians)
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])


def drawn_face(angle: float, size: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of a turned face with bright eyes and a bright mouth, and its 68 points."""
    turn = similarity(angle)
    centre = np.array([size / 2, size / 2])
    points = transform_points((MEAN_FACE - 0.5) * size / 2.5, turn) + centre
    image = np.full((size, size), 60, np.uint8)
    for part in (points[36:42], points[42:48], points[48:60]):
        cv2.fillPoly(image, [np.round(part * 16).astype(np.int32)], 255, shift=4)
    return image, points


def bright_centres(crop: np.ndarray) -> np.ndarray:
    """Return the centres of the bright blobs, by a threshold that knows no landmarks."""
    count, _, _, centres = cv2.connectedComponentsWithStats((crop > 160).astype(np.uint8))
    assert count == 4
    return centres[1:][np.argsort(centres[1:, 1])]


def test_the_mean_face_is_symmetric_and_fills_the_unit_square():
    np.testing.assert_allclose(MEAN_FACE[list(MIRROR)] * [-1, 1] + [1, 0], MEAN_FACE, atol=1e-9)
    assert MEAN_FACE[:, 0].min() == 0 and MEAN_FACE[:, 0].max() == 1
    assert MEAN_FACE[:, 1].min() + MEAN_FACE[:, 1].max() == pytest.approx(1)


@pytest.mark.parametrize("angle", [-30, -17, 0, 8, 30])
@pytest.mark.parametrize("template", ["outer_eyes_and_nose", "eyes", "five", "rigid", "all"])
def test_a_turned_face_comes_out_level(angle, template):
    image, points = drawn_face(angle)
    crop, matrix = align_face(image, points, size=(128, 128), template=template)
    first, second, mouth = bright_centres(crop)
    eyes = np.array(sorted([first, second], key=lambda centre: centre[0]))
    assert abs(roll(eyes)) < 1
    assert abs(mouth[0] - eyes[:, 0].mean()) < 1
    np.testing.assert_allclose(five_points(transform_points(points, matrix))[:2], eyes, atol=1.5)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_mean_face_lands_on_the_template(template):
    image, points = drawn_face(21)
    _, matrix = align_face(image, points, size=(110, 100), template=template, margin=0.25)
    side = 100 / 1.5
    expected = (MEAN_FACE - 0.5) * side + [49.5, 54.5]
    np.testing.assert_allclose(transform_points(points, matrix), expected, atol=1e-3)


def test_random_landmarks_map_exactly_with_three_points(rng):
    image = np.zeros((50, 50, 3), np.uint8)
    for _ in range(20):
        points = rng.uniform(0, 50, (68, 2))
        _, matrix = align_face(image, points, size=(96, 96))
        goal = (MEAN_FACE[[36, 45, 33]] - 0.5) * 96 / 1.2 + 47.5
        np.testing.assert_allclose(transform_points(points[[36, 45, 33]], matrix), goal, atol=0.05)


def test_similarity_agrees_with_a_known_one_and_beats_its_neighbours(rng):
    known = similarity(37, scale=2.5, shift=(4, -9))
    source = rng.uniform(-10, 10, (12, 2))
    np.testing.assert_allclose(fit_similarity(source, transform_points(source, known)), known, atol=1e-9)
    target = transform_points(source, known) + rng.normal(0, 1, (12, 2))
    best = fit_similarity(source, target)
    assert best[0, 0] == pytest.approx(best[1, 1]) and best[0, 1] == pytest.approx(-best[1, 0])

    def loss(a, b, x, y):
        return np.square(transform_points(source, [[a, -b, x], [b, a, y]]) - target).sum()

    parameters = best[0, 0], best[1, 0], best[0, 2], best[1, 2]
    lowest = loss(*parameters)
    for step in np.vstack([np.eye(4), -np.eye(4)]) * 0.01:
        assert loss(*(parameters + step)) > lowest


def test_similarity_never_mirrors():
    square = np.array([[0, 0], [2, 0], [2, 1], [0, 1.0]])
    assert np.linalg.det(fit_similarity(square, square * [-1, 1])[:, :2]) >= 0


def test_affine_agrees_with_opencv(rng):
    source, target = rng.uniform(0, 90, (2, 3, 2)).astype(np.float32)
    np.testing.assert_allclose(fit_affine(source, target), cv2.getAffineTransform(source, target), atol=1e-4)


def test_shrinking_averages_and_keeps_places():
    """A fine chequerboard turns grey, and a blob stays where the matrix says."""
    rows, columns = np.indices((1000, 1000))
    board = ((rows + columns) % 2 * 255).astype(np.uint8)
    eyes = [[400, 400], [620, 400]]
    crop, _ = align_face(board, eyes, size=(32, 32), template="eyes", margin=-0.2)
    assert crop.std() < 2 and abs(crop.mean() - 127.5) < 2
    blob = np.zeros((1000, 1000), np.float32)
    cv2.circle(blob, (543, 487), 30, 1.0, -1)
    crop, matrix = align_face(blob, eyes, size=(96, 96), template="eyes")
    places = np.stack(np.indices((96, 96))[::-1], axis=-1)
    centre = (places * crop[..., None]).sum((0, 1)) / crop.sum()
    np.testing.assert_allclose(centre, transform_points([543, 487], matrix), atol=0.05)


def test_mirror_commutes_with_alignment(rng):
    image = cv2.GaussianBlur(rng.integers(0, 255, (300, 300), np.uint8), (0, 0), 3)
    _, points = drawn_face(12)
    crop, _ = align_face(image, points, template="all")
    mirrored, _ = align_face(image[:, ::-1], mirror_landmarks(points, 300), template="all")
    assert np.abs(crop[:, ::-1].astype(int) - mirrored).max() <= 2


def test_missing_landmarks_come_from_the_mean_face():
    _, points = drawn_face(25)
    np.testing.assert_allclose(complete_landmarks(five_points(points)), points, atol=0.01)
    few = points.copy()
    few[17:] = np.nan
    few[3] += 2
    completed = complete_landmarks(few)
    np.testing.assert_allclose(completed[:17], few[:17], atol=1e-4)
    assert np.abs(completed[17:] - points[17:]).max() < 1
    with pytest.raises(DataError, match="fewer than two"):
        complete_landmarks(np.full((68, 2), np.nan))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize(
    ("shape", "channels", "expected"),
    [((), None, ()), ((1,), None, (1,)), ((3,), None, (3,)), ((3,), 1, (1,)), ((), 3, (3,)), ((), 1, (1,))],
)
def test_shape_and_dtype(dtype, shape, channels, expected):
    image = np.ones((60, 80, *shape), dtype)
    crop, _ = align_face(image, [[30, 30], [50, 30]], size=(24, 20), template="eyes", channels=channels)
    assert crop.shape == (24, 20, *expected) and crop.dtype == dtype


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_grey_weighs_the_colours(dtype):
    image = np.full((60, 80, 3), (200, 100, 50), dtype)
    crop, _ = align_face(image, [[35, 30], [45, 30]], size=(9, 9), template="eyes", margin=-0.3, channels=1)
    np.testing.assert_allclose(crop[4, 4], 0.299 * 200 + 0.587 * 100 + 0.114 * 50, atol=0.51)


def test_border_is_black_or_the_edge():
    image = np.full((40, 40), 200, np.uint8)
    eyes = [[2, 2], [38, 2]]
    black, _ = align_face(image, eyes, template="eyes", margin=0.5)
    edge, _ = align_face(image, eyes, template="eyes", margin=0.5, border="replicate")
    assert black[0, 0] == 0 and edge.min() == 200


def test_a_clip_takes_the_first_frames_transform(rng):
    frames = rng.integers(0, 255, (4, 300, 300), np.uint8)
    points = np.stack([drawn_face(angle)[1] for angle in (5, 6, 7, 8)])
    crops, matrices = align_clip(frames, points, size=(64, 64))
    assert crops.shape == (4, 64, 64) and matrices.shape == (4, 2, 3)
    assert (matrices == matrices[0]).all()
    same, _ = align_clip(frames, points[0], size=(64, 64))
    assert (crops == same).all()
    each, matrices = align_clip(frames, points, size=(64, 64), reference="each")
    alone, matrix = align_face(frames[2], points[2], size=(64, 64), template="rigid")
    assert (each[2] == alone).all() and (matrices[2] == matrix).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"template": "ears"}, "choose one of"),
        ({"landmarks": [[1, 1], [2, 1]]}, "missing among the 2 given"),
        ({"landmarks": [[5, 5], [5, 5]], "template": "eyes"}, "all at one place"),
        ({"landmarks": [[5, 5], [9, 5]], "template": "eyes", "transform": "affine"}, "at least 3 points"),
        ({"landmarks": np.arange(136).reshape(68, 2)}, "on one line"),
        ({"margin": -0.5}, "leaves nothing"),
        ({"border": "wrap"}, "border='wrap'"),
        ({"channels": 2}, "channels=2"),
        ({"transform": "perspective"}, "'affine' or 'similarity'"),
        ({"image": np.zeros((9, 9, 4), np.uint8)}, r"\(9, 9, 4\)"),
        ({"image": np.zeros((9, 9), int)}, "int64"),
        ({"size": (0, 9)}, "height and a width"),
    ],
)
def test_errors_say_what_to_do(arguments, message):
    defaults = {"image": np.zeros((9, 9), np.uint8), "landmarks": drawn_face(0)[1]}
    with pytest.raises(DataError, match=message):
        align_face(**defaults | arguments)


def test_clip_errors_say_what_to_do():
    frames = np.zeros((3, 9, 9), np.uint8)
    points = drawn_face(0)[1]
    with pytest.raises(DataError, match=r"\(3, points, 2\)"):
        align_clip(frames, points, reference="each")
    with pytest.raises(DataError, match="no frames"):
        align_clip(frames[:0], points)
    with pytest.raises(DataError, match="'first' or 'each'"):
        align_clip(frames, points, reference="last")
