"""The shape of the package: import order, no cycles, small files, light start, every file tested."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import learnface

PACKAGE = Path(learnface.__file__).parent
TESTS = Path(__file__).parent
# A package may import from the rows above its own and from itself, never from a sibling or below.
ORDER = [
    {"version", "errors", "lazy"},
    {"arguments", "files", "frame_weights", "labels", "processes", "quiet"},
    {"faces", "layers", "losses", "metrics"},
    {"clips", "models", "reliability", "synthetic"},
    {"corpora", "micro"},
    {"annotation", "callbacks"},
    {"training"},
    {"transfer"},
    {"inference"},
    {"reports"},
    {"recipes"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Return the learnface modules that a file imports, those inside functions included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if is_module(name) else node.module)
    return {name for name in found if name.split(".")[0] == "learnface"}


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_point_one_way(path):
    own = dotted(path).split(".")[1:2]
    if not own or own == ["__main__"]:
        return
    for name in imports(path):
        other = name.split(".")[1:2]
        if other and other != own:
            assert LEVEL[other[0]] < LEVEL[own[0]], f"{dotted(path)} must not import {name}"


def test_no_import_cycles():
    graph = {dotted(path): imports(path) - {dotted(path)} for path in MODULES}
    done, active = set(), []

    def visit(module):
        assert module not in active, f"import cycle: {' -> '.join([*active, module])}"
        if module in done:
            return
        active.append(module)
        for other in graph.get(module, ()):
            visit(other)
        active.pop()
        done.add(module)

    for module in graph:
        visit(module)


def test_folders_are_at_most_two_deep():
    assert max(len(path.relative_to(PACKAGE).parts) for path in MODULES) == 2


@pytest.mark.parametrize("path", sorted([*MODULES, *TESTS.rglob("*.py")]), ids=lambda p: p.name)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = node.end_lineno - body[0].lineno + 1 if body else 0
            assert length <= 60, f"{path.name}: {node.name} has {length} lines of code"


def test_every_module_has_its_test():
    """`learnface/models/fer_cnn.py` is tested by `tests/models/test_fer_cnn.py`, and so on."""
    missing = []
    for path in MODULES:
        if path.name in ("__init__.py", "version.py", "__main__.py"):
            continue
        relative = path.relative_to(PACKAGE)
        if not (TESTS / relative.parent / f"test_{path.stem.lstrip('_')}.py").exists():
            missing.append(str(relative))
    assert not missing, f"modules without a test file: {missing}"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_public_names_are_sorted_and_exist(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = ast.literal_eval(node.value)
            assert names == sorted(names), f"{path.name}: __all__ is not sorted"
            return
    assert path.name == "__main__.py" or path.stem == "version", f"{path} has no __all__"


@pytest.mark.parametrize(
    "command", [["-c", "import learnface"], ["-m", "learnface", "--help"], ["-m", "learnface", "--version"]]
)
def test_start_without_tensorflow(command):
    code = (
        "import sys, runpy; argv = sys.argv[1:]\n"
        "try:\n"
        "    exec(argv[1]) if argv[0] == '-c' else (sys.argv.__setitem__(slice(None), argv[1:]),"
        " runpy.run_module(argv[1], run_name='__main__'))\n"
        "finally:\n"
        "    heavy = {'tensorflow', 'keras', 'cv2', 'pandas', 'matplotlib'} & set(sys.modules)\n"
        "    print('HEAVY', sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "HEAVY []" in done.stdout
