"""What a point of the score is worth, part by part."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.satisfaction import PointWorth, nps_point_worth


def _valued(n: int = 500) -> Any:
    import pandas as pd

    rng = np.random.default_rng(14)
    score = rng.integers(0, 11, n)
    before = rng.normal(100, 20, n) + 3 * score
    net = (score >= 9) * 1.0 - (score <= 6)
    return pd.DataFrame(
        {
            "score": score,
            "before": before,
            "clv2": 50 + 10 * net + before + rng.normal(0, 5, n),
            "clv3": 5 + 2 * net + rng.normal(0, 1, n),
            "clv5": 1 + 4 * net + rng.normal(0, 2, n),
        }
    )


PARTS = ["clv2", "clv3", "clv5"]


def test_the_parts_sum_to_the_whole() -> None:
    customers = _valued()
    point = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert sum(part.worth for part in point.parts) == pytest.approx(
        point.worth, rel=1e-10
    )
    assert point.worth == pytest.approx(0.16, abs=0.02)
    assert point.lower < 0.16 < point.upper
    customers["total"] = customers[PARTS].sum(axis=1)
    alone = nps_point_worth(customers, part_cols=["total"], control_cols=["before"])
    assert (alone.worth, alone.lower, alone.upper) == pytest.approx(
        (point.worth, point.lower, point.upper), rel=1e-9
    )
    assert PointWorth.from_dict(json.loads(json.dumps(point.to_dict()))) == point
    assert point.of_base(customers=1000) == pytest.approx(1000 * point.worth)


def test_a_total_beside_its_parts_is_refused() -> None:
    customers = _valued()
    customers["clv"] = customers[PARTS].sum(axis=1)
    with pytest.raises(errors.InvalidValueError, match="column 'clv': the sum"):
        nps_point_worth(customers, part_cols=[*PARTS, "clv"])


def test_what_was_known_before_is_taken_out() -> None:
    customers = _valued()
    plain = nps_point_worth(customers, part_cols=PARTS)
    controlled = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert plain.worth > controlled.worth + 0.03


def test_another_currency_scales_the_worth() -> None:
    customers = _valued()
    cents = customers.assign(**{name: customers[name] * 100 for name in PARTS})
    first = nps_point_worth(customers, part_cols=PARTS)
    second = nps_point_worth(cents, part_cols=PARTS)
    assert second.worth == pytest.approx(100 * first.worth, rel=1e-10)


def test_answers_of_one_band_have_no_worth() -> None:
    customers = _valued().assign(score=10)
    with pytest.raises(errors.NotEnoughDataError, match="different bands"):
        nps_point_worth(customers, part_cols=PARTS)
