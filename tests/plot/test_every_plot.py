"""Every plot is drawn, twice on one axes, with its finding, and as a document.

Each also looks as it did, up to a tolerance that fonts and versions of matplotlib need:
``python tests/plot/test_every_plot.py``, with ``tests/plot`` on the path, writes the
thumbnails anew, after a look.
"""

import inspect
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from every_plot import CALLS, NAMES, drawn
from matplotlib import pyplot as plt

from crmkit import plot

THUMBNAILS = Path(__file__).with_name("thumbnails.json")
ROWS, COLUMNS = 14, 22
# Matplotlib lays texts out anew since 3.11, which the thumbnails are drawn by.
ALLOWED = 5 if mpl.__version_info__ >= (3, 11) else 10


def thumbnail(name: str) -> np.ndarray:
    """Return a plot as few cells of colour, from 0 to 255."""
    figure = drawn(name, title="finding").figure
    figure.set_dpi(90)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)
    plt.close(figure)
    rows = [part.mean(axis=0) for part in np.array_split(pixels, ROWS)]
    cells = np.array_split(np.array(rows), COLUMNS, axis=1)
    return np.array([part.mean(axis=1) for part in cells]).round().astype(int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference of the cells that are not white in both."""
    marked = (np.minimum(one, other) < 250).any(axis=-1)
    return float(np.abs(one - other)[marked].mean()) if marked.any() else 0.0


@pytest.fixture(scope="module")
def thumbnails() -> dict[str, np.ndarray]:
    stored = json.loads(THUMBNAILS.read_text("utf-8"))
    return {
        name: np.frombuffer(bytes.fromhex(cells), dtype=np.uint8)
        .reshape(COLUMNS, ROWS, 3)
        .astype(int)
        for name, cells in stored.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_looks_as_it_did(name: str, thumbnails: dict[str, np.ndarray]) -> None:
    assert apart(thumbnail(name), thumbnails[name]) < ALLOWED


def test_two_plots_do_not_look_alike(thumbnails: dict[str, np.ndarray]) -> None:
    one, *others = (thumbnails[name] for name in ("tier_bars", "nps_bars", "waterfall"))
    assert all(apart(one, other) > 15 for other in others)


def test_every_plot_is_drawn_here() -> None:
    assert set(CALLS) == set(NAMES)
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_takes_a_title_a_label_and_axes(name: str) -> None:
    names = list(inspect.signature(getattr(plot, name)).parameters)
    assert names[-3:] == ["title", "label", "ax"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_is_drawn_twice_on_one_axes_with_its_finding(name: str) -> None:
    ax = drawn(name, label="before", title="finding")
    once, title = len(ax.get_children()), ax.get_title(loc="left")
    assert drawn(name, label="after", ax=ax) is ax
    # Nothing of the first is lost, and nothing is drawn a third time.
    assert once <= len(ax.get_children()) <= 2 * once + 4
    assert title
    assert ax.get_title(loc="left") == title
    assert ax.get_xlabel() or ax.get_ylabel() or len(ax.get_yticklabels()) > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_becomes_a_document_without_matplotlib(name: str) -> None:
    document = plot.vega_lite(ax=drawn(name))
    json.dumps(document, allow_nan=False)
    assert document["layer"]
    assert all("values" in part["data"] for part in document["layer"])


@pytest.mark.parametrize("name", ["pareto_curve", "nps_by_group", "waterfall"])
def test_vega_draws_the_document(name: str) -> None:
    convert = pytest.importorskip("vl_convert")
    svg = convert.vegalite_to_svg(json.dumps(plot.vega_lite(ax=drawn(name))))
    assert svg.startswith("<svg")
    assert "undefined" not in svg


if __name__ == "__main__":
    made = {each: thumbnail(each).astype(np.uint8).tobytes().hex() for each in NAMES}
    THUMBNAILS.write_text(json.dumps(made, indent=0) + "\n", "utf-8")
