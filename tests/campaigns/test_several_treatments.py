"""Several arms against one control group, and uplift in parts of a ranking."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit.campaigns import arm_effects, uplift_by_percentile
from crmkit.errors import InvalidValueError, NotEnoughDataError


def test_each_arm_has_welchs_interval(
    frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = {
        "arm": ["none"] * 40 + ["mail"] * 30 + ["call"] * 50,
        "profit": [float(v) for v in rng.normal(10, 3, 120)],
    }
    found = columns_of(arm_effects(frame(base), control="none"))
    profit = np.array(base["profit"])
    for arm, rows in (("mail", slice(40, 70)), ("call", slice(70, 120))):
        welch = stats.ttest_ind(profit[rows], profit[:40], equal_var=False)
        limits = welch.confidence_interval()
        at = found["arm"].index(arm)
        assert found["p_value"][at] == pytest.approx(welch.pvalue, rel=1e-9)
        assert found["effect_lower"][at] == pytest.approx(limits.low, rel=1e-9)
        assert found["effect_upper"][at] == pytest.approx(limits.high, rel=1e-9)
    assert max(found["adjusted_p_value"]) <= 1
    assert min(found["adjusted_p_value"]) == pytest.approx(
        min(1, 2 * min(found["p_value"]))
    )


def test_large_profits_keep_their_spread(rng: np.random.Generator) -> None:
    import pandas as pd

    profit = 1e9 + rng.normal(0, 3, 60)
    people = pd.DataFrame({"arm": ["none"] * 30 + ["mail"] * 30, "profit": profit})
    found = arm_effects(people, control="none").iloc[0]
    welch = stats.ttest_ind(profit[30:], profit[:30], equal_var=False)
    limits = welch.confidence_interval()
    assert found["p_value"] == pytest.approx(welch.pvalue, rel=1e-6)
    assert found["effect_lower"] == pytest.approx(limits.low, rel=1e-6)


def test_arms_that_cannot_be_compared_are_refused(frame: Any) -> None:
    base = {"arm": ["a", "a", "b"], "profit": [1.0, 2.0, 3.0]}
    with pytest.raises(InvalidValueError, match="'none', which is in no row"):
        arm_effects(frame(base), control="none")
    with pytest.raises(NotEnoughDataError, match="the smallest of 1"):
        arm_effects(frame(base), control="a")
    with pytest.raises(NotEnoughDataError, match="1 arms, the smallest of 2"):
        arm_effects(frame({"arm": ["a", "a"], "profit": [1.0, 2.0]}), control="a")
    many = {"arm": [*"abcdef"], "profit": [1.0] * 6}
    with pytest.raises(
        InvalidValueError, match=r"Name one of \['.', '.', '.', '.', '.'\], or"
    ):
        arm_effects(frame(many), control="none")


def test_no_customers_have_no_control_arm() -> None:
    import pandas as pd

    nobody = pd.DataFrame({"arm": ["a"], "profit": [1.0], "shop": ["x"]})[:0]
    for by in (None, "shop"):
        with pytest.raises(InvalidValueError, match="'a', which is in no row"):
            arm_effects(nobody, control="a", by=by)


def test_parts_of_a_true_ranking_have_their_effects(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    covered, parts = 0, 0
    found = pd.DataFrame()
    for _ in range(60):
        score = rng.random(2000)
        treated = rng.random(2000) < 0.5
        profit = rng.normal(5, 2, 2000) + score * treated
        base = pd.DataFrame({"uplift": score, "treated": treated, "retained": profit})
        found = uplift_by_percentile(base, n_groups=5)
        truth = found["mean_score"]
        covered += int(
            ((found["effect_lower"] <= truth) & (found["effect_upper"] >= truth)).sum()
        )
        parts += len(found)
    assert 0.92 < covered / parts < 0.98
    assert found["n_treated"].sum() + found["n_control"].sum() == 2000


def test_a_part_of_a_ranking_has_welchs_interval(rng: np.random.Generator) -> None:
    import pandas as pd

    treated = np.arange(18) % 3 == 0
    people = pd.DataFrame(
        {
            "uplift": np.arange(18.0),
            "treated": treated,
            "retained": rng.normal(5, 1 + 2 * treated),
        }
    )
    found = uplift_by_percentile(people, n_groups=2).iloc[0]
    best = people[people["uplift"] >= 9]
    ours, theirs = (best.loc[best["treated"] == flag, "retained"] for flag in (1, 0))
    limits = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval()
    assert found["effect_lower"] == pytest.approx(limits.low, rel=1e-9)
    assert found["effect_upper"] == pytest.approx(limits.high, rel=1e-9)


def test_equal_scores_stay_together(eager_frame: Any, columns_of: Any) -> None:
    base = {
        "uplift": [0.5] * 12,
        "treated": [1, 0] * 6,
        "retained": [1, 0] * 3 + [0, 0] * 3,
    }
    found = columns_of(uplift_by_percentile(eager_frame(base), n_groups=4))
    assert found["group"] == [1]
    assert found["effect"] == pytest.approx([0.5])
    few = base | {"uplift": [float(at) for at in range(12)]}
    with pytest.raises(NotEnoughDataError, match="in each part"):
        uplift_by_percentile(eager_frame(few), n_groups=12)
