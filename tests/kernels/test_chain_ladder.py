"""The chain ladder against the example that Mack published."""

import numpy as np
import pytest

from crmkit.kernels.campaigns.chain_ladder import chain_ladder

# Taylor and Ashe (1983), as printed with its errors by Mack (1993).
TRIANGLE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
RESERVE = [
    0,
    94634,
    469511,
    709638,
    984889,
    1419459,
    2177641,
    3920301,
    4278972,
    4625811,
]
ERROR = [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]


def test_the_published_reserves_and_errors() -> None:
    rows = [line.split() for line in TRIANGLE.strip().splitlines()]
    C = np.full((10, 10), np.nan)
    for at, row in enumerate(rows):
        C[at, : len(row)] = np.array(row, dtype=float)
    found = chain_ladder(C)
    so_far = np.array([float(row[-1]) for row in rows])
    assert np.round(found.ultimate - so_far) == pytest.approx(RESERVE, abs=1)
    assert found.standard_error == pytest.approx(ERROR, rel=2e-5, abs=1)


def test_cohorts_that_grow_alike_have_no_error() -> None:
    C = np.array([[10.0, 20, 30], [20, 40, np.nan], [5, np.nan, np.nan]])
    found = chain_ladder(C)
    assert found.ultimate == pytest.approx([30, 60, 15])
    assert found.standard_error == pytest.approx([0, 0, 0])


def test_a_triangle_of_three_ages_keeps_the_spread_of_the_first() -> None:
    C = np.array([[10.0, 22, 30], [20, 30, np.nan], [8, np.nan, np.nan]])
    found = chain_ladder(C)
    f, spread = 52 / 30, 10 * (2.2 - 52 / 30) ** 2 + 20 * (1.5 - 52 / 30) ** 2
    assert found.factors == pytest.approx([f, 30 / 22])
    assert found.ultimate[2] == pytest.approx(8 * f * 30 / 22)
    # One cohort shows no spread of the second age: that of the first is kept.
    terms = spread / f**2 * (1 / 8 + 1 / 30)
    terms += spread / (30 / 22) ** 2 * (1 / (8 * f) + 1 / 22)
    expected = 8 * f * 30 / 22 * np.sqrt(terms)
    assert found.standard_error[2] == pytest.approx(expected, rel=1e-12)


def test_cohorts_without_anything_so_far_stay_at_nothing() -> None:
    C = np.array([[0.0, 4, 6], [0, 5, np.nan], [0, np.nan, np.nan]])
    found = chain_ladder(C)
    assert found.factors == pytest.approx([1, 1.5])
    assert found.ultimate == pytest.approx([6, 7.5, 0])
    assert found.standard_error[2] == 0
    first = np.array([[0.0, 4, 6], [0, 5, np.nan], [3, np.nan, np.nan]])
    # No older cohort shows how 3 grows: it stays, and adds no error of that age.
    assert chain_ladder(first).ultimate[2] == pytest.approx(3 * 1.5)
    late = np.array([[2.0, 4, 6], [2, 5, np.nan], [0, np.nan, np.nan]])
    assert chain_ladder(late).ultimate[2] == 0


def test_the_spread_of_the_last_age_falls_on_as_before() -> None:
    C = np.array(
        [
            [10.0, 30, 50, 60],
            [20, 35, 70, np.nan],
            [15, 40, np.nan, np.nan],
            [12, np.nan, np.nan, np.nan],
        ]
    )
    found = chain_ladder(C)
    f = [105 / 45, 120 / 65, 60 / 50]
    spread = [
        sum(a * (b / a - f[0]) ** 2 for a, b in ((10, 30), (20, 35), (15, 40))) / 2,
        sum(a * (b / a - f[1]) ** 2 for a, b in ((30, 50), (35, 70))),
    ]
    # Mack (1993): the least of both before it, and of how they fell.
    spread.append(min(spread[1] ** 2 / spread[0], *spread))
    base = [45, 65, 50]
    C3 = [12.0, 12 * f[0], 12 * f[0] * f[1]]
    terms = [spread[k] / f[k] ** 2 * (1 / C3[k] + 1 / base[k]) for k in range(3)]
    assert found.factors == pytest.approx(f, rel=1e-14)
    expected = C3[2] * f[2] * np.sqrt(sum(terms))
    assert found.standard_error[3] == pytest.approx(expected, rel=1e-12)
    expected = 70 * f[2] * np.sqrt(spread[2] / f[2] ** 2 * (1 / 70 + 1 / 50))
    assert found.standard_error[1] == pytest.approx(expected, rel=1e-12)
    assert found.standard_error[0] == 0


def test_a_growth_from_next_to_nothing_has_an_end() -> None:
    steep = np.array([[1e-300, 1.0], [1e-300, 1.0], [2.0, np.nan]])
    found = chain_ladder(steep)
    assert found.factors.tolist() == [1e75]
    assert found.ultimate[2] == pytest.approx(2e75, rel=1e-14)
    assert found.standard_error[2] == 0


def test_another_unit_of_money_changes_the_unit_alone() -> None:
    rows = [line.split() for line in TRIANGLE.strip().splitlines()]
    C = np.full((10, 10), np.nan)
    for at, row in enumerate(rows):
        C[at, : len(row)] = np.array(row, dtype=float)
    whole, small = chain_ladder(C), chain_ladder(C * 2.0**-40)  # all below 1
    assert small.factors.tolist() == whole.factors.tolist()
    np.testing.assert_allclose(
        small.ultimate, whole.ultimate * 2.0**-40, rtol=1e-14, atol=0
    )
    np.testing.assert_allclose(
        small.standard_error, whole.standard_error * 2.0**-40, rtol=1e-12, atol=0
    )
    np.testing.assert_allclose(small.freedom, whole.freedom, rtol=1e-12, atol=0)


def test_amounts_that_shrink_have_errors_too() -> None:
    found = chain_ladder(np.array([[20.0, 10], [30, 20], [8, np.nan]]))
    spread = 20 * (0.5 - 0.6) ** 2 + 30 * (2 / 3 - 0.6) ** 2
    error = 8 * 0.6 * np.sqrt(spread / 0.36 * (1 / 8 + 1 / 50))
    assert found.ultimate[2] == pytest.approx(4.8, rel=1e-12)
    assert found.standard_error[2] == pytest.approx(error, rel=1e-12, abs=0)
