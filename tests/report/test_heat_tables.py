"""Colours of cells and errors of past forecasts, at their limits."""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crmkit.clv import ModelError, PastError
from crmkit.report import Findings, render_page
from crmkit.report.findings import found_values as f
from crmkit.report.page.check_charts import errors_chart

Changed = Callable[..., Findings[Any]]


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def cohorts(changed: Changed, *rows: tuple[float, ...]) -> str:
    kept = tuple(
        f.Cohort(start=dt.date(2024, at, 1), n_customers=40, retention=row)
        for at, row in enumerate(rows, 1)
    )
    old = changed().retention
    page = render_page(changed(retention=replace(old, cohorts=kept)))
    return section(page, "retention")


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_warmest_cell_has_the_last_of_nine_shades(
    changed: Changed, scale: float
) -> None:
    shares = np.array([0.45, 0.25, 0.225, 0.024, 0.026, 0.0]) * scale
    table = cohorts(changed, (1.0, *shares[:3]), (1.0, *shares[3:]))
    assert re.findall(r'class="(h\d)"', table) == ["h9", "h5", "h4", "h0", "h1", "h0"]
    ages = re.findall(r'<th scope="col">(\d+)</th>', table)
    assert ages == ["1", "2", "3"]


def test_cohorts_that_never_came_back_are_all_cold(changed: Changed) -> None:
    assert set(re.findall(r'class="(h\d)"', cohorts(changed, (1.0, 0.0, 0.0)))) == {
        "h0"
    }
    alone = cohorts(changed, (1.0,))
    assert 'class="h' not in alone.replace('class="heat"', "")
    assert not re.findall(r'<th scope="col">\d+</th>', alone)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_value_at_risk_is_shaded_by_the_largest(changed: Changed, scale: float) -> None:
    old = changed().risk
    risk = tuple(
        replace(cell, value_at_risk=scale * at) for at, cell in enumerate(old, 1)
    )
    table = section(render_page(changed(risk=risk)), "risk")
    shades = [int(each) for each in re.findall(r'class="h(\d)"', table)]
    assert shades == [round(9 * at / len(old)) for at in range(1, len(old) + 1)]
    none = tuple(replace(cell, value_at_risk=0.0) for cell in old)
    table = section(render_page(changed(risk=none)), "risk")
    assert set(re.findall(r'class="(h\d)"', table)) == {"h0"}


def past(*errors: tuple[str, int, float]) -> ModelError:
    return ModelError(
        errors=tuple(
            PastError(
                cutoff=day,
                lead_days=lead,
                horizon=lead / 7,
                purchases=None,
                value=value,
            )
            for day, lead, value in errors
        )
    )


def test_past_errors_stand_beside_one_another_at_their_date() -> None:
    high, low = -math.log(1.25), math.log(2.0)
    chart = errors_chart(
        past(
            ("2024-01-31", 91, high),
            ("2024-01-31", 182, low),
            ("2024-04-30", 91, 0.0),
            ("2024-04-30", 364, high),
        )
    )
    places = {each.name: np.asarray(each.x).tolist() for each in chart.layers}
    assert places == {
        "91 days": pytest.approx([0.24, 1.24], rel=1e-12, abs=0),
        "182 days": pytest.approx([0.42], rel=1e-12, abs=0),
        "364 days": pytest.approx([1.6], rel=1e-12, abs=0),
    }
    shares = [share for each in chart.layers for share in np.asarray(each.y).tolist()]
    np.testing.assert_allclose(shares, [0.25, 0.0, -0.5, 0.25], rtol=1e-12, atol=0)
    assert chart.layers[0].hints[0].endswith("for 91 days: 25% too high")
    assert chart.layers[1].hints[0].endswith("for 182 days: 50% too low")
    assert chart.x.names == ("Jan 24", "Apr 24")


@pytest.mark.parametrize(
    ("share", "end"), [(None, 0.105), (0.0, 0.0525), (0.04, 0.0525), (0.06, 0.063)]
)
def test_past_errors_have_a_scale_to_both_sides(
    share: float | None, end: float
) -> None:
    errors = [] if share is None else [("2024-01-31", 91, -math.log1p(share))]
    chart = errors_chart(past(*errors))
    assert (chart.y.lower, chart.y.upper) == pytest.approx((-end, end), rel=1e-9, abs=0)
