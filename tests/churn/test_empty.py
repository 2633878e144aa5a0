"""Nothing in, a plain sentence out."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit import churn
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.snapshots import snapshot_features

SPELLS: dict[str, Any] = {"duration": [], "event_observed": []}
JOBS: dict[str, tuple[dict[str, Any], Callable[[Any], object]]] = {
    "cohorts": (
        {"cohort": [], "renewals": [], "customers": []},
        churn.fit_shifted_beta_geometric,
    ),
    "spells": (SPELLS, churn.fit_shifted_beta_geometric_spells),
    "survival": (SPELLS, churn.fit_kaplan_meier),
    "periods": (SPELLS, churn.person_periods),
    "hazard": ({"period": [], "event": []}, churn.fit_discrete_hazard),
    "quality": ({"churn_risk": [], "churned": []}, churn.churn_metrics),
    "lapse": (
        {"customer_id": [], "date": []},
        lambda log: churn.fit_lapse_window(
            log, return_chance=0.1, horizon_days=30, observation_period_end="2024-01-01"
        ),
    ),
    "snapshots": (
        {"customer_id": [], "date": [], "amount": []},
        lambda log: snapshot_features(log, cutoffs=["2024-01-01"]),
    ),
}


@pytest.mark.parametrize("name", JOBS)
def test_an_empty_frame_is_refused_in_one_sentence(name: str) -> None:
    import pandas as pd

    columns, job = JOBS[name]
    frame: Any = pd.DataFrame(columns, dtype=float)
    for column in ("customer_id", "date"):
        if column in frame:
            kind = "str" if column == "customer_id" else "datetime64[s]"
            frame[column] = frame[column].astype(kind)
    with pytest.raises(NotEnoughDataError, match=r"needs .*, got 0"):
        job(frame)


def test_nobody_to_value_is_an_empty_column() -> None:
    import pandas as pd

    model = churn.ShiftedBetaGeometric(a=1, b=2)
    nobody = pd.DataFrame({"tenure": [], "margin": []}, dtype=float)
    out = model.with_residual_value(nobody, discount_rate=0.1)
    assert out.columns.tolist() == ["tenure", "margin", "residual_value"]
    assert len(out) == 0


@pytest.mark.parametrize(
    "fit",
    [churn.fit_shifted_beta_geometric_spells, churn.fit_beta_discrete_weibull_spells],
)
@pytest.mark.parametrize("longest", [1_000_001, 2**53])
def test_more_renewals_than_a_table_can_list_are_refused(
    fit: Callable[[Any], object], longest: int, frame: Any
) -> None:
    spells = frame({"duration": [1, 2, longest], "event_observed": [1, 1, 0]})
    with pytest.raises(
        InvalidValueError, match=r"'duration': value above 1,000,000 in 1 of 3 rows"
    ):
        fit(spells)
