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


@pytest.mark.parametrize(
    ("draw", "table", "said"),
    [
        ("rfm_grid", {"r_score": [1, 0], "f_score": [1, 2]}, "'r_score'.* not a score"),
        ("rfm_grid", {"r_score": [1, 2], "f_score": [1, 1e9]}, "'f_score'.* a place"),
        (
            "retention_heatmap",
            {
                "cohort": ["a", "a"],
                "age": [0.0, 1e30],
                "n_customers": [3, 3],
                "retention": [1.0, 0.5],
            },
            "'age'.* not a place",
        ),
        (
            "priority_matrix",
            {"driver": ["a", "b"], "importance": [0.1, None], "performance": [1.0, 2]},
            "'importance'.* missing value",
        ),
        (
            "waterfall",
            {
                "part": ["clv1", None],
                "meaning": ["a", "b"],
                "amount": [1.0, 2],
                "start": [0.0, 1],
                "end": [1.0, 3],
            },
            "'part'.* missing name",
        ),
    ],
)
def test_a_name_a_place_and_a_score_are_there(
    draw: str, table: dict[str, list[object]], said: str
) -> None:
    with pytest.raises(CrmkitError, match=said):
        getattr(drawn, draw)(pd.DataFrame(table))


@pytest.mark.parametrize("ax", ["axes", object()])
def test_a_document_is_made_of_axes_only(ax: object) -> None:
    with pytest.raises(CrmkitError, match=r"argument 'ax'.*Pass axes of matplotlib"):
        drawn.vega_lite(ax=ax)
