"""What every test and example shares: no window opens, no figure stays open.

Every example of the documentation is also a check that a public call opens a frame, and
proves a purchase history, once.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from _pytest.doctest import DoctestItem

os.environ.setdefault("MPLBACKEND", "agg")

# Reading it copies notebooks and fills a cache, which two workers would do at once.
collect_ignore = ["docs/conf.py"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config,
    log: Any,  # noqa: ANN401 - a type that xdist does not export
) -> object:
    """Keep the tests of engines in one worker: a second Spark takes a minute.

    By their place, since the ids of pytest 9.2 carry no group of pytest-xdist 3.8.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only with xdist

    found: object = type(
        "Scheduling", (LoadScopeScheduling,), {"_split_scope": _worker_of}
    )(config, log)
    return found


def _worker_of(_scheduler: object, nodeid: str) -> str:
    return "engines" if nodeid.startswith("tests/engines/") else nodeid


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
