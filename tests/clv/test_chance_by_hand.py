"""What purchases miss by, alone and together, against sums over customers."""

import numpy as np
import pytest

from crmkit.clv import GammaGamma
from crmkit.clv.components import period_sums
from crmkit.clv.components.component_chance import _brought, _clustered, chance_of
from crmkit.clv.components.customer_outlook import Outlook, parts_ahead
from crmkit.clv.components.model_expectations import expected_spends
from crmkit.errors import NotEnoughDataError

SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)


def test_means_of_purchases_vary_by_the_sums_of_customers() -> None:
    missed = np.array([[1.0, 2.0, -3.0], [0.5, 0.0, 4.0]])
    scale = np.array([[1.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    each = np.array([[-2.0, 2.0], [4.5, 0.0]])
    known = each @ each.T / np.outer([4.0, 3.0], [4.0, 3.0])
    found = _clustered(missed, scale, np.array([7, 9, 7]))
    np.testing.assert_allclose(found, known, rtol=1e-13, atol=0)


def test_what_a_part_misses_is_judged_at_the_amount_that_was_bought(
    outlook: Outlook,
) -> None:
    spend = expected_spends(outlook, SPEND)
    found = chance_of(outlook, spend)
    everyone = np.ones(outlook.book.customers, dtype=bool)
    brought, first = _brought(outlook, everyone)
    customer = outlook.occasions.customer[~first]
    paid = outlook.occasions.paid[~first]
    ahead = parts_ahead(outlook, np.ones(spend.size), spend, certain=True)
    composed = []
    for at, part in enumerate(("clv2", "clv3", "clv4", "clv6")):
        came, expected = brought[at, ~first], ahead[part][customer]
        size = np.ones(paid.size) if part == "clv4" else spend[customer]
        plain = (came - expected) / size
        np.testing.assert_allclose(
            found.missed[:, at], plain - plain.mean(), rtol=1e-9, atol=1e-12
        )
        bought = 1.0 if part == "clv4" else paid / spend[customer]
        off = came - expected * bought
        off = off - size * off.sum() / size.sum()
        composed.append(np.bincount(customer, off) / size.sum())
    known = np.array(composed) @ np.array(composed).T
    np.testing.assert_allclose(
        found.common @ found.common.T, known, rtol=1e-7, atol=1e-12 * known.max()
    )


def test_what_all_purchases_miss_by_is_drawn_from_its_root(outlook: Outlook) -> None:
    found = chance_of(outlook, expected_spends(outlook, SPEND))
    drawn = found.drawn_common(np.random.default_rng(4))
    normal = np.random.default_rng(4).standard_normal(4)
    np.testing.assert_allclose(drawn, found.common @ normal, rtol=1e-14, atol=0)


def test_as_many_cells_as_are_allowed_pass_and_one_row_more_is_refused() -> None:
    rows = period_sums._CELLS // 10
    period_sums._refuse_too_many_cells(rows, 10)
    with pytest.raises(NotEnoughDataError, match=f"{rows + 1:,} by 10"):
        period_sums._refuse_too_many_cells(rows + 1, 10)
