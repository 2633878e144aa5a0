"""The range of points to be redeemed, from the errors that Mack published."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit.campaigns import redemption_by_cohort
from crmkit.errors import InvalidValueError

# Taylor and Ashe (1983), cumulative, with the reserves and errors of Mack (1993).
TRIANGLE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515,
     3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]  # fmt: skip
RESERVE = np.array([0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301,
                    4278972, 4625811])  # fmt: skip
ERROR = np.array([0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258,
                  1363155])  # fmt: skip


def rows(issued: float) -> pd.DataFrame:
    found = [
        (cohort, age, issued, amount)
        for cohort, sums in enumerate(TRIANGLE)
        for age, amount in enumerate(np.diff([0, *sums]))
    ]
    return pd.DataFrame(found, columns=["cohort", "age", "issued", "redeemed"])


def freedom() -> list[float]:
    """Return Satterthwaite's degrees of freedom of the error of each cohort."""
    growth: list[float] = []
    known: list[int] = []
    relative: list[tuple[float, float, float]] = []
    for age in range(9):
        pairs = [(sums[age], sums[age + 1]) for sums in TRIANGLE[: 9 - age]]
        whole = sum(before for before, _ in pairs)
        growth.append(sum(after for _, after in pairs) / whole)
        off = sum(
            before * (after / before - growth[age]) ** 2 for before, after in pairs
        )
        known.append(max(8 - age, 1))
        variance = off / known[age]
        if age == 8:  # the variances fall on as before
            last, before_last = (v * g**2 for v, g, _ in relative[-1:-3:-1])
            variance = min(last**2 / before_last, last, before_last)
        relative.append((variance / growth[age] ** 2, growth[age], whole))
    found: list[float] = [1.0]
    for cohort in range(1, 10):
        reached, parts = float(TRIANGLE[cohort][-1]), []
        for age in range(9 - cohort, 9):
            variance, factor, base = relative[age]
            parts.append((variance * (1 / reached + 1 / base), known[age]))
            reached *= factor
        found.append(
            sum(part for part, _ in parts) ** 2
            / sum(part**2 / degrees for part, degrees in parts)
        )
    return found


@pytest.mark.parametrize("level", [0.95, 0.5])
def test_the_range_is_that_of_a_lognormal_with_the_published_error(
    level: float,
) -> None:
    found = redemption_by_cohort(rows(2e7), level=level)
    so_far = np.array([sums[-1] for sums in TRIANGLE], dtype=float)
    np.testing.assert_array_equal(found["redeemed"], so_far)
    mean = so_far + RESERVE
    np.testing.assert_allclose(found["expected_redeemed"], mean, rtol=1e-6)
    spread = np.sqrt(np.log1p((ERROR / mean) ** 2))
    t = stats.t.ppf(0.5 + level / 2, freedom())
    lower, upper = mean * np.exp(-t * spread), mean * np.exp(t * spread)
    lower = np.maximum(lower, so_far)
    np.testing.assert_allclose(found["expected_redeemed_lower"], lower, rtol=1e-4)
    np.testing.assert_allclose(found["expected_redeemed_upper"], upper, rtol=1e-4)
    np.testing.assert_allclose(found["redemption_rate"], mean / 2e7, rtol=1e-6)
    np.testing.assert_allclose(found["breakage"], 2e7 - mean, rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-8, 1e-3, 1e3])
def test_the_unit_of_points_changes_no_share_and_no_range(unit: float) -> None:
    plain, scaled = redemption_by_cohort(rows(2e7)), rows(2e7)
    scaled[["issued", "redeemed"]] *= unit
    found = redemption_by_cohort(scaled)
    for name in plain.columns.difference(["cohort", "age", "redemption_rate"]):
        np.testing.assert_allclose(found[name], plain[name] * unit, rtol=1e-9)
    np.testing.assert_allclose(
        found["redemption_rate"], plain["redemption_rate"], rtol=1e-9
    )


def test_no_more_is_redeemed_than_was_issued() -> None:
    found = redemption_by_cohort(rows(5.4e6))
    assert found["expected_redeemed"].max() == 5.4e6
    assert found["expected_redeemed_upper"].max() == 5.4e6
    assert (found["expected_redeemed_lower"] <= found["expected_redeemed"]).all()
    assert found["breakage"].min() == 0
    with pytest.raises(InvalidValueError, match="more points redeemed than issued"):
        redemption_by_cohort(rows(5339084.0))
    assert redemption_by_cohort(rows(5339085.0))["breakage"].min() == 0


@pytest.mark.parametrize(
    ("column", "value", "match"),
    [
        ("age", 4.0, "age beyond the number of rows"),
        ("age", 0.5, "not whole"),
        ("issued", 0.0, "'issued'"),
        ("redeemed", -1.0, "negative value"),
    ],
)
def test_rows_at_the_limits_of_a_triangle(
    column: str, value: float, match: str
) -> None:
    base: dict[str, Any] = {
        "cohort": [1, 1, 2, 3],
        "age": [0.0, 1.0, 0.0, 0.0],
        "issued": [10.0] * 4,
        "redeemed": [5.0, 5.0, 0.0, 1.0],
    }
    # All of what was issued may be redeemed, and nothing of it.
    found = redemption_by_cohort(pd.DataFrame(base))
    assert found["redeemed"].tolist() == [10.0, 0.0, 1.0]
    assert found["expected_redeemed"].tolist() == [10.0, 0.0, 2.0]
    wrong = {**base, column: [*base[column][:3], value]}
    with pytest.raises(InvalidValueError, match=match):
        redemption_by_cohort(pd.DataFrame(wrong))


def test_ranges_of_all_but_the_oldest_hold_what_their_level_says() -> None:
    rng = np.random.default_rng(5)
    growth = 1 + np.array([1.2, 0.6, 0.35, 0.2, 0.12, 0.06, 0.03])
    held, runs = np.zeros(8), 150
    for _ in range(runs):
        sums = np.empty((8, 8))
        sums[:, 0] = rng.gamma(20, 50, 8)
        for age, factor in enumerate(growth):
            more = (factor - 1) * rng.gamma(25, 1 / 25, 8)
            sums[:, age + 1] = sums[:, age] * (1 + more)
        seen = [
            (cohort, age, 1e9, now)
            for cohort in range(8)
            for age, now in enumerate(np.diff(sums[cohort, : 8 - cohort], prepend=0))
        ]
        found = redemption_by_cohort(
            pd.DataFrame(seen, columns=["cohort", "age", "issued", "redeemed"])
        )
        held += found["expected_redeemed_lower"].le(sums[:, -1] * (1 + 1e-9)) & found[
            "expected_redeemed_upper"
        ].ge(sums[:, -1] * (1 - 1e-9))
    assert held[0] == runs
    assert 0.75 < held[1] / runs < 0.92
    assert (held[2:] / runs > 0.89).all()


@pytest.mark.parametrize("level", [0.95, 0.9999])
def test_points_of_which_none_came_back_have_a_range_of_nothing(level: float) -> None:
    base = pd.DataFrame(
        {
            "cohort": [2020, 2020, 2021, 2021, 2022],
            "age": [0, 1, 0, 1, 0],
            "issued": 100.0,
            "redeemed": [20.0, 10.0, 40.0, 20.0, 0.0],
        }
    )
    found = redemption_by_cohort(base, level=level)
    names = ["expected_redeemed", "expected_redeemed_lower", "expected_redeemed_upper"]
    assert found[names].to_numpy().tolist() == [[30.0] * 3, [60.0] * 3, [0.0] * 3]
