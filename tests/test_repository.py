"""What must never be in the repository, and how its files must be named."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
SKIPPED = {".git", "dist", "build", "out", "_build", "generated", "node_modules"}
TEXT = {".py", ".md", ".toml", ".txt", ".cfg", ".yml", ".yaml", ".json", ".ipynb", ""}


def tracked() -> list[Path]:
    """List what git holds, or all files that lie there where there is no git."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is on the path or the answer is no
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        names = [name for name in done.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    paths = [ROOT / name for name in names]
    return sorted(
        path
        for path in paths
        if path.is_file()
        and not any(part in SKIPPED or part.startswith(".venv") for part in path.parts)
    )


TRACKED = tracked()
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
FRAGMENTS = sorted((ROOT / "changelog.d").iterdir())

FORBIDDEN = {
    "a path of one machine": re.compile(
        r"/(?:home|root|Users|work|opt)/\w|[A-Z]:\\\\Users"
    ),
    "the host of a package registry": re.compile(
        "|".join(
            [
                r"pypi\." + "org",
                "pythonhosted",
                r"npmjs\." + "org",
                "anaconda" + r"\.org",
            ]
        )
    ),
}


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = {
        short(path): match.group()
        for path in TRACKED
        if path.suffix in TEXT and path.name != Path(__file__).name
        if (match := FORBIDDEN[what].search(path.read_text("utf-8", "replace")))
    }
    assert not found, f"{what}: {found}"


def test_there_is_no_lock_file() -> None:
    locks = {"uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock"}
    assert not [short(path) for path in TRACKED if path.name in locks]


def test_no_file_is_large() -> None:
    large = {short(p): p.stat().st_size for p in TRACKED if p.stat().st_size > 500_000}
    assert not large


def test_notebooks_are_kept_without_their_outputs() -> None:
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        kept = [cell for cell in code if cell["outputs"] or cell["execution_count"]]
        assert not kept, f"strip it: nbstripout {short(path)}"


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda p: p.name)
def test_a_changelog_fragment_is_well_named_and_says_something(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", path.name)
    assert path.read_text("utf-8").strip()


def test_what_a_check_lets_pass_has_its_reason_beside_it() -> None:
    """In ``src`` a ``noqa`` or a ``type: ignore`` goes on with `` - `` or `` # ``."""
    bare = re.compile(
        r"# (noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\]) *$", re.MULTILINE
    )
    found = {
        str(path.relative_to(ROOT)): [each[0] for each in bare.finditer(text)]
        for path in sorted((ROOT / "src").rglob("*.py"))
        if bare.search(text := path.read_text("utf-8"))
    }
    assert not found


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_imports_its_own_package_relatively(path: Path) -> None:
    for node in parsed(path):
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] != "crmkit"
        if isinstance(node, ast.Import):
            assert not [a.name for a in node.names if a.name.split(".")[0] == "crmkit"]


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_only_the_door_imports_narwhals(path: Path) -> None:
    inside = path.relative_to(PACKAGE).parts[0]
    if inside in {"_frames", "_frames.py", "typing.py"}:
        return
    for node in parsed(path):
        if isinstance(node, ast.Import):
            assert not [a.name for a in node.names if a.name.startswith("narwhals")]
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("narwhals")


FORBIDDEN_CALLS = re.compile(
    r"^(print|time\.time|time\.sleep|.*\.now|.*\.utcnow|.*\.today"
    r"|warnings\.(simplefilter|filterwarnings)"
    r"|np\.random\.(seed|rand|randn|random|choice|normal|uniform|shuffle)"
    r"|np\.(seterr|set_printoptions)|pd\.set_option|exec|eval)$"
)
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve"}


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_prints_nothing_and_touches_no_clock_or_global_state(
    path: Path,
) -> None:
    """The command line alone may catch warnings: it shows them as notes."""
    for node in parsed(path):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not FORBIDDEN_CALLS.match(called), f"line {node.lineno}: {called}"
            if not path.is_relative_to(PACKAGE / "report"):
                assert called != "warnings.catch_warnings", f"line {node.lineno}"
        assert not isinstance(node, ast.Global), f"line {node.lineno}: global"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names.append(getattr(node, "module", None) or "")
            assert not {name.split(".")[0] for name in names} & FORBIDDEN_IMPORTS
