"""Each floor imports only floors below it: the map in CONTRIBUTING.md is true."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
MAP = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FLOORS = {
    room.removesuffix(".py").strip("/"): int(floor)
    for floor, rooms in re.findall(r"^\| (\d) \| (.+?) \|", MAP, re.MULTILINE)
    for room in re.findall(r"`(.+?)`", rooms)
}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def room_of(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[str]:
    here = path.relative_to(PACKAGE).parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level]
            inside = (*base, *(node.module.split(".") if node.module else ()))
            names = [(inside or (alias.name,)) for alias in node.names]
            yield from (room_of(parts) for parts in names if parts != ("__version__",))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_floors_below_its_own(path: Path) -> None:
    room = room_of(path.relative_to(PACKAGE).parts)
    broken = {
        other: f"floor {FLOORS[other]}"
        for other in imported_rooms(path)
        if other != room and FLOORS[other] >= FLOORS[room]
    }
    assert not broken, f"{room} is on floor {FLOORS[room]} and imports {broken}"


def test_the_map_names_every_room_and_no_other() -> None:
    rooms = {room_of(path.relative_to(PACKAGE).parts) for path in FILES}
    assert rooms == set(FLOORS), "bring the map in CONTRIBUTING.md up to date"


def test_the_map_names_every_sub_package_of_every_room_and_no_other() -> None:
    there: dict[str, set[str]] = {}
    for path in FILES:
        room, *inside = path.relative_to(PACKAGE).parent.parts or ("",)
        if inside:
            there.setdefault(room, set()).add(inside[0])
    told = {
        room.strip("`/"): set(re.findall(r"`(\w+)/`", parts))
        for room, parts in re.findall(r"^\| (`\w+/`) \| (.+?) \|$", MAP, re.MULTILINE)
    }
    assert told == there, "bring the sub-packages in CONTRIBUTING.md up to date"


def test_no_two_modules_have_one_stem_but_a_kernel_and_its_model() -> None:
    places: dict[str, list[str]] = {}
    for path in FILES:
        if path.stem not in {"__init__", "__main__"}:
            inside = path.relative_to(PACKAGE)
            places.setdefault(path.stem, []).append(str(inside.parent))
    several = {
        stem: found
        for stem, found in places.items()
        if len(found) > 1
        and not (
            len(found) == 2 and sum(each.startswith("kernels") for each in found) == 1
        )
    }
    assert not several


def test_a_kernel_knows_no_frames() -> None:
    known = {"narwhals", "pandas", "polars", "pyarrow", "duckdb"}
    for path in sorted((PACKAGE / "kernels").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            (alias.name if isinstance(node, ast.Import) else node.module or "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {name.split(".")[0] for name in names} & known, path.name
