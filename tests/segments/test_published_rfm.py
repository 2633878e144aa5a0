"""The scores of the R package rfm: its published rows, and its rule on small data.

The package scores by quintiles plus one, each score from its cut on; recency turned
round. On whole numbers, of which there are a multiple of five and one, the quintiles
are values that customers have: then its frequency and money are our ``"strict"`` rule,
and its recency, where a crowd stands at the top of its range, our ``"upper"``.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import segments
from crmkit.typing import FloatArray, IntArray

# `rfm_data_orders` on 2006-12-31 (rfm 0.3.0, MIT): the cuts, plus one as the package
# adds it, and five customers with the scores its README prints.
RECENCY = (115.0, 181.0, 297.4, 482.0)
FREQUENCY = (4.0, 5.0, 6.0, 8.0)
MONETARY = (255.8, 382.0, 506.4, 666.0)
PRINTED = pd.DataFrame(
    {
        "customer_id": ["Abbey", "Add", "Aden L.", "Aden M.", "Admiral"],
        "inactivity": [205, 140, 194, 98, 132],
        "frequency": [6, 3, 4, 7, 5],
        "total_amount": [472.0, 340.0, 405.0, 596.0, 448.0],
        "rfm_score": ["343", "412", "323", "544", "433"],
    }
)

counts = st.integers(1, 9)
whole = st.integers(0, 40)


def test_the_printed_customers_have_the_printed_scores() -> None:
    # A score of recency ends below its cut: in whole days, at the day before.
    scores = segments.RfmScores(
        recency_bounds=tuple(float(np.ceil(cut) - 1) for cut in RECENCY[::-1]),
        frequency_bounds=FREQUENCY,
        monetary_bounds=MONETARY,
        inactivity_col="inactivity",
    )
    found = scores.with_rfm_scores(PRINTED)
    assert found["rfm_cell"].to_list() == PRINTED["rfm_score"].to_list()


@pytest.mark.parametrize(
    ("column", "score", "edges"),
    [
        ("inactivity", "r_score", [(114, 5), (115, 4), (297, 3), (298, 2), (482, 1)]),
        ("frequency", "f_score", [(3, 1), (4, 2), (5, 3), (7, 4), (8, 5)]),
        ("total_amount", "m_score", [(255.7, 1), (255.8, 2), (382, 3), (666, 5)]),
    ],
)
def test_a_score_begins_at_its_cut(
    column: str, score: str, edges: list[tuple[float, int]]
) -> None:
    scores = segments.RfmScores(
        recency_bounds=(481.0, 297.0, 180.0, 114.0),
        frequency_bounds=FREQUENCY,
        monetary_bounds=MONETARY,
        inactivity_col="inactivity",
    )
    for value, expected in edges:
        row = PRINTED.head(1).assign(**{column: value})
        assert scores.with_rfm_scores(row)[score].to_list() == [expected]


def reached(values: FloatArray) -> IntArray:
    """Count the quintiles plus one that each value reaches: the package's rule."""
    cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8]) + 1
    return np.asarray((values[:, None] >= cuts[None, :]).sum(axis=1))


@given(st.data())
def test_the_rule_of_the_package_on_small_data(data: Any) -> None:
    n = 5 * data.draw(counts) + 1
    drawn = st.lists(whole, min_size=n, max_size=n)
    base = pd.DataFrame(
        {
            name: data.draw(drawn)
            for name in ("inactivity", "frequency", "total_amount")
        },
        dtype=float,
    )
    strict, upper = (
        segments.with_rfm_scores(base, rule=rule, inactivity_col="inactivity")
        for rule in ("strict", "upper")
    )
    values = {name: base[name].to_numpy() for name in base}
    recency = 5 - reached(values["inactivity"])
    assert upper["r_score"].to_list() == recency.tolist()
    often, much = reached(values["frequency"]), reached(values["total_amount"])
    assert strict["f_score"].to_list() == (1 + often).tolist()
    assert strict["m_score"].to_list() == (1 + much).tolist()
    cells = [f"{r}{f}{m}" for r, f, m in zip(
        upper["r_score"], strict["f_score"], strict["m_score"], strict=True
    )]  # fmt: skip
    hundreds = 100 * recency + 10 * (1 + often) + 1 + much
    assert cells == [str(code) for code in hundreds]


def test_the_rule_of_the_package_depends_on_the_currency_and_ours_does_not() -> None:
    # In thousands the added one is larger than all: 994 of its 995 score 1.
    amounts = np.random.default_rng(8).lognormal(6, 0.5, 996)
    base = pd.DataFrame(
        {"inactivity": 1.0, "frequency": 1, "total_amount": amounts / 1000}
    )
    assert np.bincount(reached(amounts / 1000))[0] > 900
    scored = segments.with_rfm_scores(base, inactivity_col="inactivity")
    assert np.bincount(scored["m_score"])[1:].tolist() == [200, 199, 199, 199, 199]
