"""What fits of models refuse, note and keep beside: exact bounds, counts and words."""

import warnings
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from crmkit import _frames, clv
from crmkit.clv.models import fitting
from crmkit.clv.models.credibility_spend import _require_repeats
from crmkit.clv.models.spend_columns import _flawless
from crmkit.errors import (
    ConvergenceError,
    CrmkitWarning,
    IdentifiabilityWarning,
    InvalidValueError,
    NotEnoughDataError,
)
from crmkit.fits import FitReport
from crmkit.kernels.base.cells import Cells
from crmkit.kernels.purchases.count_dispersion import count_dispersion
from crmkit.kernels.purchases.starting_sample import thinned
from crmkit.typing import FloatArray

ROWS = pd.DataFrame(
    {
        "frequency": [2.0, 0.0, 5.0, 1.0, 0.0, 9.0, 3.0],
        "recency": [9.0, 0.0, 30.0, 5.0, 0.0, 28.0, 20.0],
        "T": [20.0, 38.0, 31.0, 12.0, 25.0, 40.0, 33.0],
    }
)


@pytest.mark.parametrize(
    ("curvature", "steadied"),
    # A standard error is one over the root of the curvature and the penalty; a
    # parameter is all but free from 2 on.
    [
        *((0.26, None), (0.24, 1.0), (-0.74, 1.0), (-0.76, 4.0), (-3.74, 4.0)),
        *((-3.76, 16.0), (-15.74, 16.0), (-15.76, None)),
    ],
)
def test_the_lightest_penalty_that_holds_a_parameter_is_kept_beside(
    curvature: float, steadied: float | None
) -> None:
    centre = np.array([0.7, -0.4])

    def objective(point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        bend = -np.diag([curvature, 5.0])
        away = point - centre
        return float(away @ bend @ away) / 2, bend @ away, bend

    def fitted(penalty: float) -> FitReport:
        return fitting.fit_cells(
            np.array([2.0, 1.0]),
            objective,
            ("a", "b"),
            start=centre + 0.1,
            centre=(0.7, -0.4),
            penalty=penalty,
        )

    found = fitted(0.0)
    assert found.steadied_penalty == steadied
    assert (found.n_customers, found.n_cells, found.penalty) == (3.0, 2, 0.0)
    if steadied is not None:
        assert found.steadied_estimates is not None
        np.testing.assert_allclose(
            found.steadied_estimates, np.exp(centre), rtol=1e-9, atol=0
        )
    # Who asks for a penalty gets no other beside it.
    assert fitted(1.0).steadied_penalty is None


def test_a_fit_needs_more_than_one_customer() -> None:
    fitting.require_customers(1.0 + 1e-12)
    with pytest.raises(NotEnoughDataError) as refused:
        fitting.require_customers(1.0, who=" who smile")
    assert "at least 2 customers who smile to fit a model" in str(refused.value)
    assert "got 1" in str(refused.value)
    two = ROWS.head(2).assign(frequency=[2.0, 1.0], recency=[9.0, 3.0])
    assert clv.fit_nbd(two, penalty=1.0).report is not None


def test_customers_who_came_back_at_once_are_counted_by_weight() -> None:
    x, t_x = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.5, 0.0])
    weights = np.array([5.0, 2.0, 3.0, 0.5])
    with pytest.warns(CrmkitWarning) as noted:
        fitting._note_repeats_at_once(
            Cells(columns=(x, t_x, x + 1), weights=weights), recency_col="r"
        )
    words = "column 'r': 2.5 of 10.5 customers came back at once, with a recency of 0"
    assert str(noted[0].message).startswith(words)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = Cells(columns=(x[::2], t_x[::2], x[::2]), weights=weights[::2])
        fitting._note_repeats_at_once(kept, recency_col="r")


@pytest.mark.parametrize(
    ("ids", "repeated"),
    [
        ([1, 2, 3], 0),
        ([3, 1, 2], 0),
        ([1, 2, 2], 1),
        ([1, 1, 1], 2),
        (["a", "b", "c"], 0),
        (["c", "b", "a"], 0),
        (["a", "a", "b"], 1),
        ([2.5, 2.5, 1.5], 1),
    ],
)
def test_rows_that_repeat_an_id_are_counted(ids: list[Any], repeated: int) -> None:
    frame = _frames.read(pd.DataFrame({"who": ids}), ["who"])
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        fitting._note_duplicates(frame, id_col="who")
        fitting._note_duplicates(frame, id_col="other")
    assert len(noted) == (repeated > 0)
    if repeated:
        words = f"column 'who': {repeated} of 3 rows repeat an id"
        assert str(noted[0].message).startswith(words)


@pytest.mark.parametrize(
    ("ids", "ascending"),
    [
        ([1, 2, 9], True),
        ([1, 1, 9], False),
        ([2, 1, 9], False),
        ([1, 9, 9], False),
        ([7], True),
        (["a", "b", "ba"], True),
        (["a", "b", "b"], False),
        (["b", "a", "c"], False),
        ([1.0, 2.0], False),
    ],
)
def test_ids_ascend_where_each_is_greater(ids: list[Any], *, ascending: bool) -> None:
    pl = pytest.importorskip("polars")
    for values in (pl.Series(ids), pd.Series(ids)):
        series = nw.from_native(values, series_only=True)
        assert fitting._ascend(series) is ascending
    if isinstance(ids[0], str):
        holed = nw.from_native(pl.Series([*ids, None]), series_only=True)
        assert fitting._ascend(holed) is False


@pytest.mark.parametrize("lazy", [False, True])
def test_rows_of_weight_0_are_left_out_and_those_below_1_are_kept(
    *, lazy: bool
) -> None:
    pl = pytest.importorskip("polars")
    rows = pl.DataFrame(
        {"a": [3.0, 1.0, 3.0, 1.0], "b": [9.0, 2.0, 9.0, 5.0], "w": [0.5, 0.0, 2, 0.25]}
    )
    frame = _frames.read(rows.lazy() if lazy else rows, ["a", "b", "w"])
    cells = fitting.fetch_cells(frame, ["a", "b"], weight_col="w")
    assert [column.tolist() for column in cells.columns] == [[1.0, 3.0], [5.0, 9.0]]
    assert cells.weights.tolist() == [0.25, 2.5]
    with pytest.raises(InvalidValueError, match="'w': weight of 0 in every row"):
        fitting.fetch_cells(frame.with_columns(w=nw.lit(0.0)), ["a"], weight_col="w")
    counted = fitting.fetch_cells(frame, ["a", "b"], weight_col=None)
    assert counted.weights.tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("lazy", [False, True])
def test_amounts_of_one_repeat_purchase_and_below_1_are_spending(*, lazy: bool) -> None:
    pl = pytest.importorskip("polars")
    rows = pl.DataFrame({"x": [0.0, 1.0, 2.0, 1.0, 3.0], "m": [9.0, 0.25, 0.0, -1, 4]})
    frame = _frames.read(rows.lazy() if lazy else rows, ["x", "m"])
    found = fitting.fetch_spending(frame, ("x", "m"), weight_col=None)
    assert [column.tolist() for column in found.columns] == [[1.0, 3.0], [0.25, 4.0]]
    assert found.weights.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_fit_of_many_histories_begins_at_a_quarter_of_them(
    beyond: int, cdnow: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(cdnow[["frequency", "recency", "T"]].drop_duplicates())
    sizes: list[int] = []

    def kept(cells: Cells, wanted: int) -> Cells:
        sizes.append(wanted)
        return thinned(cells, wanted)

    monkeypatch.setattr(fitting, "MANY", size + beyond)
    monkeypatch.setattr(fitting, "thinned", kept)
    assert clv.fit_nbd(cdnow).report is not None
    assert sizes == ([] if beyond else [size // 4])


def test_a_report_says_whether_counts_scatter_more_than_one_rate_makes_them() -> None:
    x, T = ROWS["frequency"].to_numpy(), ROWS["T"].to_numpy()
    spread = count_dispersion(x, T)
    assert spread is not None
    random = clv.fit_bg_nbd(ROWS, penalty=1.0).report
    assert random is not None
    assert random.difference_p_value == pytest.approx(spread.p_value, rel=1e-9, abs=0)
    assert random.longest_observation == 40.0
    regular = clv.fit_mbg_cnbd_k(ROWS, k=2, penalty=1.0).report
    counted = clv.fit_bg_bb(ROWS, penalty=1.0).report
    for report in (regular, counted):
        assert report is not None
        assert report.difference_p_value is None
        assert report.longest_observation == 40.0


REPORT = FitReport(
    names=("r", "alpha"),
    estimates=(1.5, 0.0004),
    converged=True,
    iterations=12,
    gradient_norm=0.0314,
    message="It went on.",
    log_likelihood=-20.0,
    n_customers=40.0,
    n_cells=8,
    covariance=((0.1, 0.0), (0.0, 1.0)),
)


def test_an_open_parameter_is_named_once_with_its_value() -> None:
    fit = object()
    with pytest.warns(IdentifiabilityWarning) as told:
        assert fitting.approved(fit, replace(REPORT, boundary=("alpha",))) is fit
    assert str(told[0].message).startswith("the data leave alpha = 0.0004 all but free")
    with pytest.raises(ConvergenceError) as refused:
        fitting.approved(fit, replace(REPORT, converged=False))
    assert str(refused.value).startswith(
        "the fit did not converge in 12 iterations (It went on. Largest slope 0.031)."
    )
    assert refused.value.fit is fit
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sure = replace(REPORT, covariance=((0.1, 0.0), (0.0, 6e-7)))
        assert fitting.approved(fit, sure) is fit


@pytest.mark.parametrize(
    ("frequency", "amount", "signs"),
    [
        (2.0, 5.0, ("any", "nonnegative", "positive")),
        (1.0, 0.5, ("any", "nonnegative", "positive")),
        (1.0, 1e75, ("any", "nonnegative", "positive")),
        (1.0, 1.1e75, ()),
        (1.0, np.inf, ()),
        (1.0, np.nan, ()),
        (1.0, 1e-100, ("any", "nonnegative", "positive")),
        (1.0, 9e-101, ()),
        (1.0, 0.0, ("any", "nonnegative")),
        (1.0, -1e-100, ("any",)),
        (1.0, -9e-101, ()),
        (1.0, -1.1e75, ()),
        (0.0, np.nan, ("any", "nonnegative", "positive")),
        (0.0, -3.0, ("any", "nonnegative", "positive")),
        (-1.0, 5.0, ()),
        (1.5, 5.0, ()),
        (np.nan, 5.0, ()),
        (1e15, 5.0, ("any", "nonnegative", "positive")),
        (2e15, 5.0, ()),
    ],
)
def test_spending_without_a_flaw_is_known_by_its_numbers(
    frequency: float, amount: float, signs: tuple[str, ...]
) -> None:
    rows = pd.DataFrame({"x": [3.0, frequency], "m": [7.0, amount]})
    frame = _frames.read_eager(rows, ["x", "m"])
    for sign in ("any", "nonnegative", "positive"):
        assert _flawless(frame, ("x", "m"), sign) is (sign in signs)


def test_credibility_needs_more_than_two_customers_and_a_second_amount() -> None:
    _require_repeats(np.array([1.0, 2.0]), np.array([1.5, 0.51]), "x")
    with pytest.raises(NotEnoughDataError, match=r"column 'x'\) to fit.*got 2\b"):
        _require_repeats(np.array([1.0, 2.0]), np.array([1.5, 0.5]), "x")
    with pytest.raises(NotEnoughDataError, match=r"column 'x' above 1\).*got 0"):
        _require_repeats(np.ones(4), np.ones(4), "x")


def test_credibility_knows_no_order_of_rows() -> None:
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "frequency": rng.integers(1, 4, 60) * 1.0,
            "monetary_value": rng.gamma(4.0, 7.0, 60),
            "monetary_variance": rng.gamma(1.0, 9.0, 60),
            "w": rng.random(60) + 0.1,
        }
    )
    known = clv.fit_credibility_spend(rows, weight_col="w")
    for seed in range(3):
        again = rows.sample(frac=1.0, random_state=seed)
        assert clv.fit_credibility_spend(again, weight_col="w") == known
    assert known.n_customers == pytest.approx(rows["w"].sum(), rel=1e-12, abs=0)


def test_amounts_without_any_scatter_are_those_expected() -> None:
    sure = clv.CredibilitySpend(collective_mean=30.0, slope=2.0, within=0.0, between=0)
    assert (sure.slope_error, sure.n_customers) == (None, None)
    who = np.array([1, 0, 1])
    drawn = sure.sample_amounts(
        [0, 3], [0.0, 90.0], customer=who, rng=np.random.default_rng(1)
    )
    # Means that do not differ are those of the line.
    known = [30.0 + 2.0 * np.log(4.0), 30.0, 30.0 + 2.0 * np.log(4.0)]
    np.testing.assert_allclose(drawn, known, rtol=1e-12, atol=0)


def test_customers_who_all_came_back_at_once_came_back() -> None:
    none = np.zeros(3)
    both = Cells(columns=(np.array([1.0, 0.0, 2.0]), none, none + 9), weights=none + 1)
    fitting._require_repeats(both, frequency_col="x")
    never = Cells(columns=(none, none + 1, none + 9), weights=none + 1)
    with pytest.raises(NotEnoughDataError, match=r"column 'x' above 0\), got 0 of 3"):
        fitting._require_repeats(never, frequency_col="x")
