"""A plot refuses a table that holds what its axis cannot mean."""

from typing import Any

import pandas as pd
import pytest

from crmkit import plot
from crmkit.errors import CrmkitError

drawn: Any = plot


@pytest.mark.parametrize("wrong", [-3.0, 7.0, float("nan"), "0.5"])
def test_a_probability_is_a_number_from_0_to_1(wrong: object) -> None:
    customers = pd.DataFrame({"probability_alive": [0.2, wrong]})
    with pytest.raises(CrmkitError, match="column 'probability_alive'"):
        drawn.probability_alive(customers)


@pytest.mark.parametrize(
    ("draw", "table", "column"),
    [
        ("retention_curve", {"age": [0, 1], "retention": [1.0, 13.0]}, "retention"),
        (
            "gain_line",
            {"share_targeted": [0.5, 1.0], "share_captured": [50.0, 100.0]},
            "share_captured",
        ),
        (
            "calibration_line",
            {"mean_risk": [0.1, 2.0], "churn_rate": [0.1, 0.2], "n_customers": [5, 5]},
            "mean_risk",
        ),
        (
            "pareto_curve",
            {"customer_share": [20.0, 100.0], "value_share": [0.8, 1.0]},
            "customer_share",
        ),
    ],
)
def test_a_share_in_percent_is_refused(
    draw: str, table: dict[str, list[float]], column: str
) -> None:
    with pytest.raises(CrmkitError, match=f"column '{column}'.*outside 0 to 1"):
        getattr(drawn, draw)(pd.DataFrame(table))
