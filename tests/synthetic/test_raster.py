import numpy as np
import pytest

from learnface.synthetic.raster import rasterise

SIZE = 24


def brute_force(xy, depth, triangles, both_sides=False):
    """Return the nearest triangle at each pixel centre (-1 where none is), by testing all of them."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    nearest, owner = np.full((SIZE, SIZE), np.inf), np.full((SIZE, SIZE), -1)
    for index, corners in enumerate(triangles):
        system = np.vstack([xy[corners].T, np.ones(3)])
        if abs(np.linalg.det(system)) < 1e-6 or (not both_sides and np.linalg.det(system) > 0):
            continue
        weights = np.linalg.inv(system) @ np.stack([x.ravel(), y.ravel(), np.ones(SIZE * SIZE)])
        inside = (weights >= 0).all(0).reshape(SIZE, SIZE)
        z = (depth[corners] @ weights).reshape(SIZE, SIZE)
        front = inside & (z < nearest)
        nearest[front], owner[front] = z[front], index
    return owner, nearest


@pytest.fixture
def mesh(rng):
    xy = rng.uniform(-6, SIZE + 6, (60, 2))
    triangles = rng.integers(0, 60, (80, 3))
    return xy, rng.uniform(1, 9, 60), triangles


@pytest.mark.parametrize("both_sides", [False, True])
def test_rasterise_agrees_with_brute_force(mesh, both_sides):
    xy, depth, triangles = mesh
    seen = rasterise(
        xy.T.astype(np.float32), depth[triangles.T].astype(np.float32), triangles.T, SIZE, both_sides
    )
    owner, nearest = brute_force(xy, depth, triangles, both_sides)
    found = np.full(SIZE * SIZE, -1)
    found[seen.pixels] = seen.triangles
    assert (found != owner.ravel()).mean() < 0.005  # a centre on an edge may go either way
    same = found[seen.pixels] == owner.ravel()[seen.pixels]
    z = seen.interpolate(depth[triangles.T].astype(np.float32))
    np.testing.assert_allclose(z[same], nearest.ravel()[seen.pixels][same], atol=1e-3)


def test_neighbouring_triangles_leave_no_pinholes():
    grid = np.stack(np.meshgrid(np.linspace(0, SIZE, 14), np.linspace(0, SIZE, 14)), -1).reshape(-1, 2)
    index = np.arange(14 * 14).reshape(14, 14)
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    triangles = np.concatenate([np.stack([a, b, c]), np.stack([a, c, d])], 1)
    depth = np.ones(triangles.shape, np.float32)
    seen = rasterise(grid.T.astype(np.float32), depth, triangles, SIZE, both_sides=True)
    assert len(seen.pixels) == SIZE * SIZE


def test_nothing_in_sight():
    xy = np.float32([[-9, -5, -7], [-9, -9, -5]])
    seen = rasterise(xy, np.ones((3, 1), np.float32), np.array([[0], [1], [2]]), SIZE, both_sides=True)
    assert len(seen.pixels) == 0
