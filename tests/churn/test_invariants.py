"""What must hold whatever the data: curves, hazards and rankings."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from crmkit.churn import (
    churn_metrics,
    fit_discrete_hazard,
    fit_kaplan_meier,
    gain_curve,
    person_periods,
    survival_metrics,
)
from crmkit.typing import FloatArray, IntoFrame

seeds = st.integers(0, 9999)
spells_of = st.lists(
    st.tuples(st.integers(1, 6), st.booleans()), min_size=2, max_size=40
)


def _spells(rows: list[tuple[int, bool]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows, columns=["duration", "event_observed"])


def _judged(seed: int, *, ties: bool = True) -> Any:
    import pandas as pd

    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 60))
    churned = rng.permutation(np.arange(n) < rng.integers(1, n))
    risk = rng.random(n).round(1) if ties else rng.permutation(n) / n
    return pd.DataFrame({"churn_risk": risk, "churned": churned})


@given(rows=spells_of)
def test_a_curve_starts_at_one_falls_at_losses_only_and_is_flat_without(
    rows: list[tuple[int, bool]],
) -> None:
    spells = _spells(rows)
    curve = fit_kaplan_meier(spells)
    S = np.concatenate(([1.0], curve.survival))
    assert np.all((np.diff(S) < 0) == (np.array(curve.events) > 0))
    flat = fit_kaplan_meier(spells.assign(event_observed=False))
    assert set(flat.survival) == {1.0}
    ended = fit_kaplan_meier(spells.assign(event_observed=True))
    shares = [(spells["duration"] > time).mean() for time in ended.time]
    assert ended.survival == pytest.approx(shares, abs=1e-12)


@given(rows=spells_of)
def test_person_periods_are_the_durations_and_their_hazards_the_curve(
    rows: list[tuple[int, bool]],
) -> None:
    # One lost in each period and one who stays: the saturated model has a fit.
    spells = _spells([*rows, *((t, True) for t in range(1, 7)), (6, False)])
    periods = person_periods(spells)
    assert len(periods) == spells["duration"].sum()
    assert periods["event"].sum() == spells["event_observed"].sum()
    hazard = periods.groupby("period")["event"].mean()
    curve = fit_kaplan_meier(spells)
    S = np.cumprod(1 - hazard.to_numpy())
    assert curve.survival_at(hazard.index) == pytest.approx(S, abs=1e-12)
    model = fit_discrete_hazard(periods)
    times = np.arange(hazard.size + 1)
    table = model.survival_table(spells[:1], times)
    assert table[0] == pytest.approx([1.0, *S], rel=1e-6)


@given(seed=seeds, factor=st.floats(0.01, 100))
def test_a_covariate_in_other_units_has_a_coefficient_in_other_units(
    seed: int, factor: float
) -> None:
    import pandas as pd

    rng = np.random.default_rng(seed)
    x = rng.normal(size=80)
    life = rng.geometric(1 / (1 + np.exp(1 - x)))
    spells = pd.DataFrame(
        {"duration": np.minimum(life, 4), "event_observed": life <= 4, "x": x}
    )
    periods = person_periods(spells)
    ask: dict[str, Any] = {
        "covariate_cols": ["x"],
        "link": "cloglog",
        "baseline": "logarithmic",
    }
    one = fit_discrete_hazard(periods, **ask)
    other = fit_discrete_hazard(periods.assign(x=factor * periods["x"]), **ask)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
    assert other.coefficients[-1] * factor == pytest.approx(
        one.coefficients[-1], rel=1e-5, abs=1e-7
    )


@given(seed=seeds)
def test_a_turned_score_has_the_rest_of_the_area_and_a_lift_has_its_bound(
    seed: int,
) -> None:
    judged = _judged(seed)
    quality = churn_metrics(judged)
    turned = churn_metrics(judged.assign(churn_risk=1 - judged["churn_risk"]))
    assert turned.auc == pytest.approx(1 - quality.auc, abs=1e-12)
    y, risk = judged["churned"].to_numpy(), judged["churn_risk"].to_numpy()
    up, down = risk[y][:, None], risk[~y]
    pairs = np.where(up == down, 0.5, up > down).mean()
    assert quality.auc == pytest.approx(pairs, abs=1e-12)
    assert quality.gini == 2 * quality.auc - 1
    assert quality.top_decile_lift <= 1 / y.mean() + 1e-9
    shuffled = churn_metrics(judged.sample(frac=1, random_state=seed))
    assert shuffled.auc == quality.auc
    gain = gain_curve(judged, points=7)
    assert gain["share_captured"].is_monotonic_increasing
    assert gain["share_captured"].iloc[-1] == pytest.approx(1)


class Given:
    """A survival model that answers from a column."""

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        rows: Any = customers
        return np.repeat(
            rows["survival"].to_numpy()[:, None], np.asarray(times).size, axis=1
        )


@given(seed=seeds)
def test_concordance_over_time_is_blind_to_order_and_turns_with_the_risk(
    seed: int,
) -> None:
    import pandas as pd

    rng = np.random.default_rng(seed)
    n = 40
    spells = pd.DataFrame(
        {
            "duration": rng.exponential(10, n),
            "event_observed": rng.random(n) < 0.6,
            "survival": rng.permutation(n) / n,
        }
    )
    time = float(np.quantile(spells["duration"], 0.5))
    censored = spells.loc[~spells["event_observed"], "duration"]
    early = spells.loc[spells["event_observed"], "duration"].min()
    assume(early < time < censored.max())

    def area(rows: Any) -> float:
        found = survival_metrics(
            rows, survival=Given(), times=[time], learned_from=spells
        )
        return found.auc[0]

    mixed = spells.sample(frac=1, random_state=seed)
    assert area(mixed) == pytest.approx(area(spells), rel=1e-12)
    turned = spells.assign(survival=1 - spells["survival"])
    assert area(turned) == pytest.approx(1 - area(spells), abs=1e-12)
