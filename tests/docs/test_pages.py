"""A page writes names that exist, shows each public name, and has a picture."""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import crmkit as ck

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]
    if not {"_build", "generated"} & set(path.parts)
)
HOW_TO = sorted(p for p in (DOCS / "how-to").glob("*.md") if p.stem != "index")
WRITTEN = re.compile(r"\bck\.(\w+)(?:\.(\w+))?")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    pytest.importorskip("sphinx")
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module("reference")
    finally:
        sys.path.pop(0)


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_a_name_that_a_page_writes_exists(path: Path) -> None:
    for room, name in set(WRITTEN.findall(path.read_text("utf-8"))):
        assert hasattr(ck, room), f"ck.{room}"
        space = getattr(ck, room)
        if name and isinstance(space, ModuleType):
            assert name in space.__all__, f"ck.{room}.{name}"


def test_the_reference_has_each_public_name_once(
    reference: ModuleType, tmp_path: Path
) -> None:
    reference.write_namespaces(tmp_path)
    for space in reference.NAMESPACES:
        module = importlib.import_module(space)
        text = (tmp_path / f"{space}.rst").read_text("utf-8")
        listed = re.findall(r"^(?:   |\.\. py:data:: )(\w+)$", text, re.MULTILINE)
        public = [
            name
            for name in module.__all__
            if not isinstance(getattr(module, name), ModuleType)
        ]
        assert sorted(listed) == sorted(public), space


def test_each_namespace_of_the_package_is_in_the_reference(
    reference: ModuleType,
) -> None:
    rooms = {
        f"crmkit.{name}"
        for name in ck.__all__
        if isinstance(getattr(ck, name), ModuleType)
    }
    assert rooms <= set(reference.NAMESPACES)
    text = (DOCS / "api" / "index.md").read_text("utf-8")
    assert all(f"generated/{space}\n" in text for space in reference.NAMESPACES)


def test_each_constant_says_what_it_is_for(reference: ModuleType) -> None:
    data = {name.name for name in reference.public_names() if name.kind == "data"}
    assert not data - set(reference.MEANINGS)


def test_the_page_of_a_name_goes_when_the_name_goes(
    reference: ModuleType, tmp_path: Path
) -> None:
    gone = tmp_path / "crmkit.clv.old_name.rst"
    gone.touch()
    reference.write_namespaces(tmp_path)
    assert not gone.exists()


def test_the_table_of_questions_leads_into_every_room() -> None:
    text = (DOCS / "which-function.md").read_text("utf-8")
    rooms = {room for room, name in WRITTEN.findall(text) if name}
    assert {"clv", "segments", "satisfaction", "churn", "campaigns"} <= rooms
    for page in re.findall(r"\{doc\}`(?:[^`<]+<)?/?([\w/-]+)>?`", text):
        assert (DOCS / f"{page}.md").exists(), page


@pytest.mark.parametrize("path", HOW_TO, ids=lambda p: p.stem)
def test_a_how_to_has_a_picture_in_words_too(path: Path) -> None:
    text = path.read_text("utf-8")
    pictures = re.findall(r"^```\{picture\} (.+)$", text, re.MULTILINE)
    images = re.findall(r"^:alt: (.+)$", text, re.MULTILINE)
    assert pictures or images
    assert all(words.endswith(".") for words in pictures)
