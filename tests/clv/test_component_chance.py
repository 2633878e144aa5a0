"""What purchases of a log miss by, compared customer by customer with a plain count."""

from typing import Any

import numpy as np
import pytest

from crmkit.clv import GammaGamma
from crmkit.clv.components import component_chance
from crmkit.clv.components.component_chance import CHANCE_PARTS, chance_of
from crmkit.clv.components.customer_outlook import Outlook
from crmkit.clv.components.model_expectations import expected_spends

SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)


def repeats(outlook: Outlook) -> np.ndarray[Any, Any]:
    """Count the occasions of each customer after the first day of purchase."""
    first: dict[int, int] = {}
    found = np.zeros(outlook.book.customers, dtype=int)
    occasions = outlook.occasions
    for customer, day in zip(occasions.customer, occasions.day, strict=True):
        first[customer] = min(first.get(customer, day), day)
    for customer, day in zip(occasions.customer, occasions.day, strict=True):
        found[customer] += day > first[customer]
    return found


def test_every_repeat_purchase_shows_what_it_missed_by(outlook: Outlook) -> None:
    found = chance_of(outlook, expected_spends(outlook, SPEND))
    assert found.missed.shape == (repeats(outlook).sum(), len(CHANCE_PARTS))
    np.testing.assert_allclose(found.missed.mean(axis=0), 0, atol=1e-12)


def test_of_many_purchases_every_so_many_th_customer_is_looked_at(
    outlook: Outlook, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = outlook.occasions.customer.size
    spend = expected_spends(outlook, SPEND)
    whole = chance_of(outlook, spend)
    monkeypatch.setattr(component_chance, "_POOL", count // 3)
    found = chance_of(outlook, spend)
    stride = count // (count // 3)
    assert found.missed.shape[0] == repeats(outlook)[::stride].sum()
    # What all miss by together is that of all purchases, estimated from fewer.
    sizes = [np.trace(each.common @ each.common.T) for each in (whole, found)]
    assert 1 / 3 < sizes[0] / sizes[1] < 3
