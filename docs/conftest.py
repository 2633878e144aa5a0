"""The examples of the pages draw into memory, and leave no figure open."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _figures_in_memory() -> Iterator[None]:
    import matplotlib as mpl  # noqa: PLC0415 - only where the pages are tested
    from matplotlib import pyplot as plt  # noqa: PLC0415

    mpl.use("agg")
    yield
    plt.close("all")
