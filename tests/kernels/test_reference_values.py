"""Every kernel against reference numbers of 50 digits; see ``reference/``."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmkit.kernels.base import special
from crmkit.kernels.purchases import bg_bb, gamma_gamma, pareto_nbd
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd

MODULES: dict[str, Any] = {
    "bg_nbd": bg_nbd,
    "mbg_nbd": mbg_nbd,
    "pareto_nbd": pareto_nbd,
    "bg_bb": bg_bb,
    "gamma_gamma": gamma_gamma,
    "special": special,
}
HARD = 1e-9
TIGHT = 1e-12
REFERENCE = Path(__file__).parent / "reference"

Row = dict[str, Any]


def rows_of(model: str) -> list[Row]:
    rows: list[Row] = json.loads((REFERENCE / f"{model}.json").read_text())
    return rows


def _computed(model: str, row: Row) -> float:
    """Call the kernel with the row's inputs as arrays of one customer."""
    inputs = {
        name: np.array([float(value)])
        if name in {"frequency", "recency", "T", "monetary_value", "n", "t"}
        else float(value)
        for name, value in row["inputs"].items()
    }
    quantity = row["quantity"]
    if quantity.startswith("gradient_"):
        names = [name for name in inputs if np.ndim(inputs[name]) == 0]
        slopes = MODULES[model].gradient(**inputs)
        return float(slopes[0, names.index(quantity.removeprefix("gradient_"))])
    return float(np.ravel(getattr(MODULES[model], quantity)(**inputs))[0])


def errors(model: str, rows: Iterable[Row]) -> list[tuple[float, Row]]:
    """Return each row's error relative to its scale; 0 is compared absolutely."""
    found = []
    for row in rows:
        value, scale = row["value"], row["scale"]
        error = abs(_computed(model, row) - value)
        found.append((error / scale if scale > 0 else error, row))
    return found


def _refuse(found: list[tuple[float, Row]]) -> None:
    beyond = [
        (error, row)
        for error, row in found
        if not error <= min(HARD, TIGHT * max(row["condition"], 10.0))
    ]
    worst = sorted(beyond, key=lambda pair: -pair[0])[:5]
    assert not beyond, f"{len(beyond)} of {len(found)} rows: {worst}"


@pytest.mark.parametrize("model", MODULES)
def test_a_sample_of_the_reference_numbers_is_met(model: str) -> None:
    _refuse(errors(model, rows_of(model)[::17]))


@pytest.mark.heavy
@pytest.mark.parametrize("model", MODULES)
def test_every_reference_number_is_met(model: str) -> None:
    _refuse(errors(model, rows_of(model)))
