"""Two scores, several groups, and whole distributions."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import errors
from crmkit.kernels.survey import contingency
from crmkit.satisfaction import Nps, NpsComparison, nps_comparison
from crmkit.satisfaction.promoter_score.nps_comparison import _distribution

Build = Callable[[dict[str, Any]], Any]


def _counted(groups: dict[str, tuple[int, int, int]]) -> dict[str, list[Any]]:
    """Spread detractors, passives, promoters over a counted table."""
    return {
        "plan": [name for name in groups for _ in range(3)],
        "score": [3, 8, 10] * len(groups),
        "count": [count for counts in groups.values() for count in counts],
    }


TWO = _counted({"a": (20, 30, 50), "b": (30, 35, 35)})
THREE = _counted({"a": (20, 30, 50), "b": (30, 35, 35), "c": (10, 40, 50)})


def test_a_difference_is_the_published_one() -> None:
    first = Nps(detractors=20, passives=30, promoters=50)
    second = Nps(detractors=30, passives=35, promoters=35)
    wald = first.minus(second, method="wald")
    assert (wald.difference, wald.standard_error) == pytest.approx(
        (25, 11.214), abs=5e-4
    )
    assert (wald.z, wald.p_value) == pytest.approx((2.22939, 0.02579), abs=6e-6)
    assert tuple(wald.interval()) == pytest.approx((3.021, 46.979), abs=5e-4)
    adjusted = first.minus(second)
    assert adjusted.centre == pytest.approx(24.272, abs=5e-4)
    assert (adjusted.z, adjusted.p_value) == pytest.approx((2.20096, 0.02774), abs=6e-6)
    assert tuple(adjusted.interval()) == pytest.approx((2.658, 45.886), abs=5e-4)


def test_the_sign_of_a_difference_is_kept() -> None:
    # R package NPS 2.0.999 reports the absolute value. Its data: EMEA and APAC.
    emea = Nps(detractors=99, passives=50, promoters=110)
    apac = Nps(detractors=42, passives=23, promoters=74)
    gap = emea.minus(apac, method="wald")
    assert gap.difference == pytest.approx(4.247104 - 23.02158, rel=1e-6)
    assert gap.standard_error == pytest.approx(9.344095, rel=1e-6)
    assert gap.p_value == pytest.approx(0.04451227, rel=1e-6)
    assert tuple(gap.interval()) == pytest.approx((-37.08857, -0.4603881), rel=1e-6)
    assert apac.minus(emea).difference == -emea.minus(apac).difference


def test_samples_without_spread_need_the_added_answers() -> None:
    best = Nps(promoters=5, passives=0, detractors=0)
    with pytest.raises(errors.NotEnoughDataError, match="adjusted_wald"):
        best.minus(best, method="wald")
    assert best.minus(best).p_value == 1


def test_two_groups_are_compared_as_two_values(frame: Build) -> None:
    result = nps_comparison(frame(TWO), by="plan", count_col="count")
    gap = Nps(detractors=20, passives=30, promoters=50).minus(
        Nps(detractors=30, passives=35, promoters=35)
    )
    assert result.groups == ("a", "b")
    assert result.scores == (30.0, 5.0)
    assert result.n_responses == (100, 100)
    assert result.statistic == pytest.approx(gap.z**2, rel=1e-12)
    assert result.p_value == pytest.approx(gap.p_value, rel=1e-10)
    pair = result.pairs[0]
    assert tuple(pair.interval()) == pytest.approx(tuple(gap.interval()), rel=1e-12)
    assert pair.adjusted_p_value == pair.p_value


def test_the_whole_distribution_is_compared_by_chi_squared() -> None:
    import pandas as pd

    result = nps_comparison(pd.DataFrame(THREE), by="plan", count_col="count")
    table = [[50, 30, 20], [35, 35, 30], [50, 40, 10]]
    assert result.distribution_test == "chi_squared"
    assert result.distribution_p_value == pytest.approx(
        stats.chi2_contingency(table).pvalue, rel=1e-10
    )
    assert result.degrees_of_freedom == 2


def test_equal_scores_with_another_mix_are_told_apart() -> None:
    import pandas as pd

    answers = pd.DataFrame(_counted({"calm": (20, 60, 20), "torn": (50, 0, 50)}))
    result = nps_comparison(answers, by="plan", count_col="count")
    assert result.p_value == 1
    assert result.distribution_p_value < 1e-9


def test_few_answers_are_compared_exactly() -> None:
    import pandas as pd

    answers = pd.DataFrame(_counted({"a": (0, 1, 2), "b": (2, 1, 0)}))
    result = nps_comparison(answers, by="plan", count_col="count")
    assert result.distribution_test == "exact"
    # Six of the seven tables with these margins are no likelier: 12 of 20.
    assert result.distribution_p_value == pytest.approx(0.6, rel=1e-12)


@pytest.mark.parametrize(
    ("counts", "test"),
    [
        # Two thousand times two thousand tables are enumerated, and no more.
        ([[999, 999, 1], [1000, 1000, 2]], "exact"),
        ([[999, 999, 1], [1001, 1000, 2]], "chi_squared"),
        ([[999, 999, 1], [1000, 1001, 2]], "chi_squared"),
        # An expected count of 5 is enough for the chi-squared distribution.
        ([[20, 20, 4], [20, 18, 6]], "chi_squared"),
        ([[20, 20, 4], [20, 19, 5]], "exact"),
        ([[5, 3, 1], [5, 3, 1], [6, 2, 1]], "chi_squared"),
    ],
)
def test_two_groups_are_compared_exactly_where_counts_are_small_and_tables_few(
    counts: list[list[int]], test: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enumerated(table: Any) -> float:
        assert table.tolist() == counts
        return 0.125

    monkeypatch.setattr(contingency, "exact_two_rows", enumerated)
    p, chosen = _distribution(np.array(counts, dtype=np.float64))
    assert chosen == test
    if test == "exact":
        assert p == 0.125
    else:
        expected = stats.chi2_contingency(counts, correction=False).pvalue
        assert p == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize(
    ("correction", "factor"), [("bonferroni", 3), ("none", 1), ("holm", None)]
)
def test_many_pairs_are_corrected(correction: Any, factor: float | None) -> None:
    import pandas as pd

    result = nps_comparison(
        pd.DataFrame(THREE), by="plan", count_col="count", correction=correction
    )
    p = np.array([pair.p_value for pair in result.pairs])
    adjusted = np.array([pair.adjusted_p_value for pair in result.pairs])
    if factor is None:
        ordered = np.sort(p) * [3, 2, 1]
        expected = np.minimum(1, np.maximum.accumulate(ordered))
        assert np.sort(adjusted) == pytest.approx(expected, rel=1e-12)
    else:
        assert adjusted == pytest.approx(np.minimum(1, factor * p), rel=1e-12)


def test_false_discovery_agrees_with_scipy() -> None:
    import pandas as pd

    result = nps_comparison(
        pd.DataFrame(THREE),
        by="plan",
        count_col="count",
        correction="false_discovery",
    )
    p = [pair.p_value for pair in result.pairs]
    assert [pair.adjusted_p_value for pair in result.pairs] == pytest.approx(
        stats.false_discovery_control(p), rel=1e-12
    )


def test_one_group_cannot_be_compared(frame: Build) -> None:
    answers = {"plan": ["a", "b"], "score": [9.0, float("nan")]}
    with pytest.raises(errors.NotEnoughDataError, match="2 groups with answers, got 1"):
        nps_comparison(frame(answers), by="plan")


def test_the_same_plan_gives_the_same_false_alarms_as_promised() -> None:
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(400):
        first, second = rng.multinomial(80, [0.6, 0.25, 0.15], size=2)
        pair = [
            Nps(promoters=P, passives=M, detractors=D)
            for P, M, D in (first.tolist(), second.tolist())
        ]
        alarms += pair[0].minus(pair[1]).p_value < 0.05
    assert 0.02 < alarms / 400 < 0.08


def test_a_comparison_travels_as_json() -> None:
    import pandas as pd

    result = nps_comparison(pd.DataFrame(THREE), by="plan", count_col="count")
    document = json.loads(json.dumps(result.to_dict()))
    assert NpsComparison.from_dict(document) == result


def test_an_interval_of_a_difference_stays_within_200_points() -> None:
    worst, best = (
        Nps(promoters=0, passives=0, detractors=3),
        Nps(promoters=2, passives=0, detractors=0),
    )
    below = worst.minus(best).interval(level=0.9999)
    above = best.minus(worst).interval(level=0.9999)
    assert below.lower == -200
    assert above.upper == 200
    assert below.upper == pytest.approx(-above.lower, rel=1e-12)
    assert 0 < below.upper < 200
