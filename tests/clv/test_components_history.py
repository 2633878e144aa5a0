"""The identity of the six parts, on companies drawn at random."""

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import errors
from crmkit.clv import References, clv_components, fit_references
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
END = "2023-12-31"
TOLERANCE = 1e-12
few = settings(max_examples=20)


def company(seed: int, customers: int = 30, backend: Any = "polars") -> Any:
    return simulate_company(
        customers=customers, rng=np.random.default_rng(seed), backend=backend
    )


def components(ledger: Any, **options: Any) -> Any:
    settings: dict[str, Any] = {
        "as_of": END,
        "time_unit": "year",
        "discount_rate": 0.0,
        "references": None,
    } | options
    if settings["references"] is None:
        settings["references"] = fit_references(ledger, as_of=settings["as_of"])
    return pl.DataFrame(nw.from_native(clv_components(ledger, **settings)).to_arrow())


def with_lines(ledger: Any, lines: Any, **changes: Any) -> Any:
    return Ledger(
        **{
            "lines": lines,
            "service": ledger.service,
            "acquisition": ledger.acquisition,
            "referrals": ledger.referrals,
            "customers": ledger.customers,
        }
        | changes
    )


def cash(ledger: Any, rate: float = 0.0, end: str = END) -> Any:
    """Receipts less goods, service and acquisition, without the decomposition."""
    last = dt.date.fromisoformat(end)
    worth = (1 + rate) ** ((last - pl.col("date")).dt.total_days() / 365.2425)
    flows = [
        ledger.lines.select(
            "customer_id",
            own=(pl.col("paid_amount") - pl.col("cost_amount")) * worth,
            gross=(pl.col("list_amount").abs() + pl.col("cost_amount").abs()) * worth,
            day="date",
        ),
        *(
            costs.select(
                "customer_id",
                own=-pl.col("amount") * worth,
                gross=pl.col("amount") * worth,
                day="date",
            )
            for costs in (ledger.service, ledger.acquisition)
        ),
    ]
    flown = pl.concat(flows).filter(pl.col("day") <= last)
    return flown.group_by("customer_id").agg(pl.sum("own", "gross")).sort("customer_id")


def rewards(ledger: Any, rate: float = 0.0, end: str = END) -> float:
    last = dt.date.fromisoformat(end)
    worth = (1 + rate) ** ((last - pl.col("date")).dt.total_days() / 365.2425)
    paid = ledger.referrals.filter(pl.col("date") <= last)
    return float(paid.select((pl.col("reward") * worth).sum()).item())


def assert_same(first: Any, second: Any, scale: float) -> None:
    for part in [*PARTS, "clv", "clv2_base", "clv2_growth"]:
        np.testing.assert_allclose(
            first[part], second[part], rtol=0, atol=TOLERANCE * scale, err_msg=part
        )


@few
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([0.0, 0.08, -0.1]))
def test_the_parts_of_each_customer_sum_to_her_cash(seed: int, rate: float) -> None:
    ledger = company(seed)
    found = components(ledger, discount_rate=rate)
    flows = cash(ledger, rate)
    own = found.select(pl.sum_horizontal("clv1", "clv2", "clv3", "clv4", "clv6"))
    assert found["customer_id"].to_list() == flows["customer_id"].to_list()
    wrong = (own.to_series() - flows["own"]).abs() / flows["gross"]
    assert wrong.max() <= TOLERANCE
    split = (found["clv2"] - found["clv2_base"] - found["clv2_growth"]).abs()
    assert (split / flows["gross"]).max() <= TOLERANCE
    total = found.select(pl.sum_horizontal(PARTS)).to_series()
    assert ((total - found["clv"]).abs() / flows["gross"]).max() <= TOLERANCE


@few
@given(
    seed=st.integers(0, 10_000),
    rate=st.sampled_from([0.0, 0.08]),
    end=st.sampled_from(["2022-06-30", END]),
)
def test_the_company_total_is_conserved_by_referrals(
    seed: int, rate: float, end: str
) -> None:
    ledger = company(seed)
    found = components(ledger, discount_rate=rate, as_of=end)
    flows = cash(ledger, rate, end)
    paid = rewards(ledger, rate, end)
    scale = flows["gross"].sum()
    assert abs(found["clv"].sum() - flows["own"].sum() + paid) <= TOLERANCE * scale
    assert abs(found["clv5"].sum() + paid) <= TOLERANCE * scale


@few
@given(seed=st.integers(0, 10_000))
def test_whole_cents_and_exact_references_give_exact_sums(seed: int) -> None:
    cents = company(seed)
    money = pl.col("list_amount", "paid_amount", "cost_amount")
    ledger = with_lines(
        cents,
        cents.lines.with_columns((money * 100).round(0)),
        service=cents.service.with_columns((pl.col("amount") * 100).round(0)),
        acquisition=cents.acquisition.with_columns((pl.col("amount") * 100).round(0)),
        referrals=None,
    )
    references = References.from_standards(
        discount_depth=0.25, service_cost=400.0, acquisition_cost=1500.0
    )
    found = components(ledger, references=references)
    assert found["clv"].to_list() == cash(ledger)["own"].to_list()


@few
@given(seed=st.integers(0, 10_000))
def test_a_split_line_and_another_row_order_change_nothing(seed: int) -> None:
    ledger = company(seed)
    lines = ledger.lines.with_columns(pl.col("line_id") * 2)
    lines = lines.with_columns(pl.col("return_of") * 2)
    money = pl.col("list_amount", "paid_amount", "cost_amount")
    halves = [
        lines.with_columns(money / 2, return_of=None),
        lines.with_columns(money / 2, pl.col("line_id") + 1, return_of=None),
    ]
    sold = pl.concat(halves).filter(pl.col("paid_amount") >= 0)
    back = lines.filter(pl.col("return_of").is_not_nan())
    sold = sold.filter(~pl.col("line_id").is_in(back["line_id"].implode()))
    sold = sold.filter(~pl.col("line_id").is_in((back["line_id"] + 1).implode()))
    split = pl.concat(
        [
            sold.with_columns(return_of=pl.lit(float("nan"))),
            back.with_columns(money / 2),
            back.with_columns(
                money / 2, pl.col("line_id") + 1, pl.col("return_of") + 1
            ),
        ],
        how="vertical_relaxed",
    )
    split = split.sample(fraction=1, shuffle=True, seed=seed)
    scale = cash(ledger)["gross"].sum()
    references = fit_references(ledger, as_of=END)
    refitted = fit_references(with_lines(ledger, split), as_of=END)
    np.testing.assert_allclose(
        refitted.discount_depth, references.discount_depth, rtol=0, atol=1e-13
    )
    assert_same(components(ledger), components(with_lines(ledger, split)), scale)


@few
@given(seed=st.integers(0, 10_000))
def test_names_do_not_matter(seed: int) -> None:
    ledger = company(seed)
    renamed = ledger.lines.with_columns(
        pl.lit("k").add(pl.col("category").str.reverse()).alias("category"),
        pl.lit("o").add(pl.col("order_id").cast(pl.String)).alias("order_id"),
        (1_000 - pl.col("line_id")).alias("line_id"),
        (1_000 - pl.col("return_of")).alias("return_of"),
    )
    scale = cash(ledger)["gross"].sum()
    assert_same(components(ledger), components(with_lines(ledger, renamed)), scale)


@few
@given(seed=st.integers(0, 10_000))
def test_another_currency_scales_every_part(seed: int) -> None:
    ledger = company(seed)
    dear = pl.col("amount") * 7
    scaled = with_lines(
        ledger,
        ledger.lines.with_columns(
            pl.col("list_amount", "paid_amount", "cost_amount") * 7
        ),
        service=ledger.service.with_columns(dear),
        acquisition=ledger.acquisition.with_columns(dear),
        referrals=ledger.referrals.with_columns(pl.col("reward") * 7),
    )
    found = components(scaled).with_columns(
        pl.col(*PARTS, "clv", "clv2_base", "clv2_growth") / 7
    )
    assert_same(components(ledger), found, cash(ledger)["gross"].sum())


@few
@given(seed=st.integers(0, 10_000))
def test_paying_list_price_leaves_no_price_part(seed: int) -> None:
    ledger = company(seed)
    listed = ledger.lines.with_columns(paid_amount="list_amount")
    assert (components(with_lines(ledger, listed))["clv6"] == 0).all()


@few
@given(seed=st.integers(0, 10_000))
def test_one_category_leaves_no_cross_selling(seed: int) -> None:
    ledger = company(seed)
    one = with_lines(ledger, ledger.lines.with_columns(category=pl.lit("all")))
    assert (components(one)["clv3"] == 0).all()
    assert (components(with_lines(one, one.lines.drop("category")))["clv3"] == 0).all()


@few
@given(seed=st.integers(0, 10_000))
def test_serving_at_standard_cost_leaves_no_saving(seed: int) -> None:
    ledger = company(seed)
    orders = ledger.lines.filter(pl.col("return_of").is_nan())
    orders = orders.unique("order_id").select("customer_id", "date", amount=pl.lit(3.0))
    served = with_lines(ledger, ledger.lines, service=orders)
    references = fit_references(served, as_of=END)
    assert set(references.service_cost) == {3.0}
    np.testing.assert_allclose(components(served)["clv4"], 0, atol=1e-12)


@few
@given(seed=st.integers(0, 10_000))
def test_without_referrals_there_is_no_referral_part(seed: int) -> None:
    ledger = company(seed)
    alone = with_lines(ledger, ledger.lines, referrals=None)
    assert (components(alone)["clv5"] == 0).all()


@few
@given(seed=st.integers(0, 10_000), end=st.sampled_from(["2022-09-15", "2023-03-01"]))
def test_what_happens_later_changes_nothing(seed: int, end: str) -> None:
    ledger = company(seed)
    last = dt.date.fromisoformat(end)

    def until(frame: Any) -> Any:
        return frame.filter(pl.col("date") <= last)

    if until(ledger.lines).is_empty():
        return
    cut = with_lines(
        ledger,
        until(ledger.lines),
        service=until(ledger.service),
        acquisition=until(ledger.acquisition),
        referrals=until(ledger.referrals),
    )
    assert fit_references(cut, as_of=end) == fit_references(ledger, as_of=end)
    assert_same(components(cut, as_of=end), components(ledger, as_of=end), 1.0)


@few
@given(
    seed=st.integers(0, 10_000),
    by=st.sampled_from([["region"], ["channel"], ["category", "channel"]]),
    period=st.sampled_from([None, "quarter"]),
)
def test_sums_of_parts_are_parts_of_sums(
    seed: int, by: list[str], period: str | None
) -> None:
    ledger = company(seed)
    whole = components(ledger, discount_rate=0.05)
    grouped = components(ledger, discount_rate=0.05, by=by, period=period)
    scale = cash(ledger, 0.05)["gross"].sum()
    for part in [*PARTS, "clv", "clv2_base", "clv2_growth", "acquisition_cost"]:
        wrong = abs(whole[part].sum() - grouped[part].sum())
        assert wrong <= TOLERANCE * scale, part


@few
@given(seed=st.integers(0, 10_000))
def test_the_periods_of_a_customer_sum_to_her_parts(seed: int) -> None:
    ledger = company(seed)
    whole = components(ledger)
    monthly = components(ledger, period="month")
    summed = monthly.group_by("customer_id").agg(pl.sum(*PARTS, "clv"))
    both = whole.join(summed, on="customer_id", how="left", suffix="_summed")
    scale = cash(ledger)["gross"].sum()
    for part in [*PARTS, "clv"]:
        wrong = (both[part] - both[f"{part}_summed"].fill_null(0)).abs().max()
        assert wrong <= TOLERANCE * scale, part


def test_a_period_in_which_no_money_moved_has_no_row() -> None:
    ledger = company(3)
    monthly = components(ledger, period="month")
    assert monthly.select(pl.any_horizontal(pl.col(*PARTS) != 0)).to_series().all()
    assert monthly.height < 12 * monthly["customer_id"].n_unique()


def test_grouping_by_customer_is_no_grouping() -> None:
    ledger = company(3)
    grouped = components(ledger, by="customer_id")
    assert_same(components(ledger), grouped.sort("customer_id"), 1e3)


def test_grouping_by_nothing_is_the_company() -> None:
    ledger = company(3)
    total = components(ledger, by=[])
    assert total.height == 1
    scale = cash(ledger)["gross"].sum()
    whole = components(ledger)
    for part in [*PARTS, "clv"]:
        assert abs(total[part].item() - whole[part].sum()) <= TOLERANCE * scale


def test_more_cells_than_fit_in_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crmkit.clv.components.period_sums._CELLS", 100)
    with pytest.raises(errors.NotEnoughDataError, match="Use a longer period"):
        components(company(3), period="day")


def test_first_only_moves_later_cross_selling_into_repeat_purchases() -> None:
    ledger = company(5, customers=200)
    lasting = components(ledger)
    once = components(ledger, cross_sell="first_only")
    moved = (lasting["clv2"] + lasting["clv3"]) - (once["clv2"] + once["clv3"])
    assert moved.abs().max() < 1e-9
    assert once["clv3"].sum() < lasting["clv3"].sum()


def test_acquisition_apart_leaves_clv1_before_it() -> None:
    ledger = company(5)
    inside, apart = components(ledger), components(ledger, acquisition="apart")
    cost = inside["acquisition_cost"]
    np.testing.assert_allclose(apart["clv1"] - cost, inside["clv1"], atol=1e-12)
    np.testing.assert_allclose(apart["clv"], inside["clv"], atol=1e-12)


def test_every_library_gives_the_same_numbers() -> None:
    tables = [components(company(11, backend=b)) for b in ("pandas", "polars")]
    tables.append(components(company(11, backend="pyarrow")))
    for other in tables[1:]:
        for column in tables[0].columns:
            assert tables[0][column].to_list() == other[column].to_list()


def test_the_result_comes_in_the_library_of_the_lines() -> None:
    ledger = company(1, backend="pandas")
    references = References.from_standards()
    found = clv_components(
        ledger, references=references, as_of=END, time_unit="year", discount_rate=0
    )
    assert isinstance(found, pd.DataFrame)
    assert found.index.equals(pd.RangeIndex(len(found)))
