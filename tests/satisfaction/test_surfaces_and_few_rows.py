"""The surface of a fit is read off its coefficients; a worth needs a few rows."""

import pandas as pd
import pytest

from crmkit.errors import NotEnoughDataError
from crmkit.satisfaction import DisconfirmationFit, nps_point_worth

ROWS = pd.DataFrame(
    {
        "score": [10, 8, 3, 9, 2],
        "clv2": [50.0, 40, 12, 55, 11],
        "before": [3.0, 1, 2, 5, 4],
    }
)


def test_slopes_and_curvatures_are_sums_of_coefficients() -> None:
    weights = {
        "expectation": 1.0,
        "performance": 2.0,
        "expectation_squared": 4.0,
        "expectation_times_performance": 8.0,
        "performance_squared": 16.0,
    }
    fit = DisconfirmationFit(
        terms=tuple(weights),
        coefficients=tuple(weights.values()),
        standard_errors=(1.0,) * 5,
        centre=4.0,
        r_squared=0.5,
        n_customers=90,
        incomplete=0,
        restriction_f=1.0,
        restriction_df=(4, 84),
        restriction_p_value=0.4,
    )
    # Along E = P = t, and along P = -E = t (Edwards 1994).
    assert fit.surface == {
        "agreement_slope": 1.0 + 2.0,
        "agreement_curvature": 4.0 + 8.0 + 16.0,
        "disagreement_slope": 2.0 - 1.0,
        "disagreement_curvature": 4.0 - 8.0 + 16.0,
    }


@pytest.mark.parametrize("controls", [[], ["before"]])
def test_a_worth_needs_a_row_more_than_its_line_has_numbers(
    controls: list[str],
) -> None:
    least = 3 + len(controls)
    found = nps_point_worth(ROWS.head(least), part_cols=["clv2"], control_cols=controls)
    assert found.n_customers == least
    with pytest.raises(NotEnoughDataError, match=f"needs {least} rows"):
        nps_point_worth(ROWS.head(least - 1), part_cols=["clv2"], control_cols=controls)
