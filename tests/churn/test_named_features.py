"""Which columns of a frame an estimator of scikit-survival is given."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.churn import ScikitSurvival


class Step:
    """A step function of scikit-survival, known at two times."""

    def __init__(self, rate: float) -> None:
        self.x = np.array([1.0, 3.0])
        self.y = np.exp(-rate * self.x)


def test_a_model_without_names_is_given_the_whole_frame() -> None:
    class Plain:
        def predict_survival_function(self, customers: Any) -> list[Step]:
            return [Step(rate) for rate in customers["rate"] + customers["more"]]

    customers = pd.DataFrame({"rate": [0.1, 0.3], "more": [0.02, 0.5]})
    table = ScikitSurvival(model=Plain()).survival_table(customers, [3, 0, 1])
    known = np.exp(-np.outer([0.12, 0.8], [3, 0, 1]))
    np.testing.assert_allclose(table, known, rtol=1e-12)


def test_names_that_are_passed_come_before_those_of_the_fit() -> None:
    class Renamed:
        feature_names_in_ = np.array(["other"], dtype=object)

        def predict_survival_function(self, customers: Any) -> list[Step]:
            assert list(customers.columns) == ["rate"]
            return [Step(rate) for rate in customers["rate"]]

    asked = ScikitSurvival(model=Renamed(), features=("rate",))
    table = asked.survival_table(pd.DataFrame({"rate": [0.2], "x": [1]}), [1])
    assert table.item() == pytest.approx(np.exp(-0.2), rel=1e-12, abs=0)
