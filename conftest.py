"""What every test and example shares: no window opens, no figure stays open.

Every example of the documentation is also a check that a public call opens a frame, and
proves a purchase history, once.
"""

import os
import sys
from collections.abc import Iterator

import pytest
from _pytest.doctest import DoctestItem

os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


@pytest.fixture(autouse=True)
def _opened_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail an example in which one call opens a frame twice: it costs nothing extra."""
    if not isinstance(request.node, DoctestItem):
        yield
        return
    from openings import HANDED_OVER, counted, public_functions  # noqa: PLC0415

    with counted(public_functions()) as found:
        yield
    more = {k: v for k, v in found.repeated().items() if k not in HANDED_OVER}
    if more:
        pytest.fail(f"one opening and one proof are enough: {more}")
