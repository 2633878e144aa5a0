"""The base log of the bad-input matrix: six customers, thirteen rows."""

import datetime as dt
from typing import Any

import pytest

END = "2024-03-31"
DAYS = [
    "01-01",
    "01-15",
    "03-01",
    "01-03",
    "01-05",
    "02-20",
    "01-07",
    "01-08",
    "01-09",
    "02-09",
    "01-20",
    "02-01",
    "02-29",
]
IDS = ["c1", "c1", "c1", "c2", "c3", "c3", "c4", "c4", "c4", "c4", "c5", "c6", "c6"]
AMOUNTS = [10, 20, 30, 5.5, 7.25, 12.75, 99, 101, 100, 100, 15, 42, 8]


@pytest.fixture
def base() -> dict[str, list[Any]]:
    """Return fresh columns, to be changed by the test."""
    return {
        "customer_id": list(IDS),
        "date": [dt.datetime.fromisoformat(f"2024-{day}") for day in DAYS],
        "amount": [float(amount) for amount in AMOUNTS],
    }


@pytest.fixture
def expected() -> dict[str, tuple[float, float, float, float]]:
    """Return frequency, recency, T and mean repeat amount, in days."""
    return {
        "c1": (2, 60, 90, 25),
        "c2": (0, 0, 88, 0),
        "c3": (1, 46, 86, 12.75),
        "c4": (3, 33, 84, 301 / 3),
        "c5": (0, 0, 71, 0),
        "c6": (1, 28, 59, 8),
    }
