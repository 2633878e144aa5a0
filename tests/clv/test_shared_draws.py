"""Draws shared by many customers say what draws of each customer say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.uncertainty import drawn_totals, shared_futures

MODELS = [
    clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    clv.ParetoNbd(r=0.5533, alpha=10.58, s=0.6062, beta=11.67),
]
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)


def _customers(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    x, T = rng.geometric(0.5, n) - 1, rng.uniform(30.0, 90.0, n)
    return pd.DataFrame(
        {
            "frequency": x,
            "recency": np.where(x > 0, T * rng.uniform(0.5, 1.0, n), 0.0),
            "T": T,
            "monetary_value": np.where(x > 0, rng.uniform(10.0, 60.0, n), 0.0),
        }
    )


def _asked(model: clv.BgNbd | clv.ParetoNbd) -> dict[str, Any]:
    return {"purchases": model, "spend": SPEND, "horizon": 52, "discount_rate": 0.002}


@pytest.mark.parametrize("model", MODELS)
def test_shared_futures_have_the_ends_of_futures_of_each_customer(
    model: clv.BgNbd | clv.ParetoNbd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(model)
    customers = _customers(400)
    shared = clv.with_clv_interval(customers, **asked, rng=np.random.default_rng(2))
    # A model that draws no shared futures gives each customer futures of its own.
    monkeypatch.setattr(shared_futures, "PurchaseScores", type("Other", (), {}))
    each = clv.with_clv_interval(customers, **asked, rng=np.random.default_rng(1))
    ends = each["clv_upper"].to_numpy(), shared["clv_upper"].to_numpy()
    assert ends[1].mean() == pytest.approx(ends[0].mean(), rel=0.03)
    both = (ends[0] > 0) & (ends[1] > 0)
    off = np.log(ends[1][both] / ends[0][both])
    assert abs(np.median(off)) < 0.05


@pytest.mark.parametrize("model", MODELS)
def test_totals_of_parts_are_totals_of_customers(
    model: clv.BgNbd | clv.ParetoNbd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(model)
    customers = _customers(1_000)
    each = clv.forecast(customers, **asked, rng=np.random.default_rng(1))
    monkeypatch.setattr(drawn_totals, "_FEW_CELLS", 0)
    parts = clv.forecast(customers, **asked, rng=np.random.default_rng(2))
    for total in ("purchases", "active", "value"):
        one, other = each.interval(total), parts.interval(total)
        assert getattr(parts, total) == pytest.approx(getattr(each, total), rel=0.01)
        width = other.upper - other.lower
        assert width == pytest.approx(one.upper - one.lower, rel=0.2)
