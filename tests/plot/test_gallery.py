"""The gallery shows every plot, drawn by the example that documents it."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from crmkit import plot

SCRIPT = Path(__file__).parents[2] / "docs" / "gallery" / "plot_pictures.py"


@pytest.fixture(scope="module")
def gallery() -> Any:
    spec = importlib.util.spec_from_file_location("plot_pictures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_every_plot_is_in_one_section(gallery: Any) -> None:
    shown = [name for names in gallery.SECTIONS.values() for name in names]
    assert sorted(shown) == sorted(set(plot.__all__) - {"vega_lite"})


def test_a_picture_is_drawn_by_the_example(gallery: Any, tmp_path: Path) -> None:
    path = tmp_path / "pictures" / "seasonal_index.png"
    assert gallery.picture(plot.seasonal_index, path) == "Dec is 80% above a mean day"
    assert path.stat().st_size > 5_000


def test_the_page_shows_each_picture_with_its_sentence(gallery: Any) -> None:
    names = [name for found in gallery.SECTIONS.values() for name in found]
    page = gallery.page(dict.fromkeys(names, "A title"))
    assert page.count("```{figure} pictures/") == len(names)
    assert "Draw how the parts of a value add up to it." in page
