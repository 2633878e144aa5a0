"""The parts ahead sum to the plain forecast of the same models."""

import json
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import errors
from crmkit.clv import (
    Assumptions,
    BgNbd,
    CategoryShares,
    GammaGamma,
    Nbd,
    References,
    ReferralOutlook,
    expected_components,
    fit_category_shares,
    fit_references,
    fit_referral_outlook,
    purchase_histories,
    with_clv,
)
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
END = "2023-12-31"
PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)
SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)
few = settings(max_examples=10)


def company(seed: int, customers: int = 60, backend: Any = "polars") -> Any:
    rng = np.random.default_rng(seed)
    return simulate_company(customers=customers, rng=rng, backend=backend)


def parts(ledger: Any, **tables: Any) -> Any:
    """Return a ledger with some of its tables changed."""
    names = ("lines", "service", "acquisition", "referrals", "customers")
    return Ledger(**{name: getattr(ledger, name) for name in names} | tables)


def ahead(ledger: Any, **options: Any) -> Any:
    found = expected_components(ledger, **settings_for(ledger, **options))
    return pl.DataFrame(nw.from_native(found).to_arrow())


def settings_for(ledger: Any, **options: Any) -> dict[str, Any]:
    assumed = {
        name: options.pop(name)
        for name in ("shares", "referral", "cross_sell")
        if name in options
    }
    chosen: dict[str, Any] = {
        "assumptions": Assumptions(**assumed),
        "purchases": PURCHASES,
        "spend": SPEND,
        "as_of": END,
        "horizon": 52,
        "discount_rate": 0.002,
        "time_unit": "week",
    } | options
    if "references" not in chosen:
        chosen["references"] = fit_references(ledger, as_of=chosen["as_of"])
    return chosen


def plain(ledger: Any, **options: Any) -> Any:
    """Value the same customers in revenue, without the decomposition."""
    histories = purchase_histories(ledger, as_of=END, time_unit="week")
    return with_clv(
        histories,
        purchases=PURCHASES,
        spend=SPEND,
        horizon=options.get("horizon", 52),
        discount_rate=options.get("discount_rate", 0.002),
    )


@few
@given(seed=st.integers(0, 1000), horizon=st.sampled_from([0.0, 10.0, 52.0, np.inf]))
def test_without_costs_and_referrals_the_sum_is_the_plain_forecast(
    seed: int, horizon: float
) -> None:
    ledger = company(seed)
    lines = ledger.lines.filter(pl.col("return_of").is_nan()).filter(
        pl.col("paid_amount") > 0
    )
    revenue = parts(
        ledger, lines=lines.drop("cost_amount"), service=None, referrals=None
    )
    found = ahead(revenue, horizon=horizon)
    expected = plain(revenue, horizon=horizon)
    both = found.join(expected, on="customer_id", suffix="_plain")
    np.testing.assert_allclose(both["clv"], both["clv_plain"], rtol=1e-12, atol=1e-12)
    assert len(both) == len(expected)
    total = found.select(pl.sum_horizontal(PARTS)).to_series()
    np.testing.assert_allclose(total, found["clv"], rtol=1e-12, atol=1e-12)


@few
@given(seed=st.integers(0, 1000))
def test_the_standards_do_not_change_the_sum_only_where_it_is_booked(
    seed: int,
) -> None:
    ledger = company(seed)
    cheap = ahead(ledger)
    dear = ahead(
        ledger,
        references=References.from_standards(
            discount_depth=0.4, service_cost=11.0, acquisition_cost=3.0
        ),
    )
    np.testing.assert_allclose(cheap["clv"], dear["clv"], rtol=1e-10, atol=1e-10)
    assert abs(cheap["clv4"] - dear["clv4"]).max() > 1e-3


@few
@given(seed=st.integers(0, 1000))
def test_value_owed_along_past_referrals_cancels_over_the_company(seed: int) -> None:
    found = ahead(company(seed))
    assert abs(found["clv5"].sum()) <= 1e-12 * found["clv"].abs().sum()


def test_new_referees_add_their_value_to_the_company() -> None:
    ledger = company(4, customers=300)
    outlook = ReferralOutlook(
        overall_rate=0.05,
        share=0.4,
        referee_value=100.0,
        acquisition_cost=4.0,
        reward=3.0,
    )
    references = fit_references(ledger, as_of=END)
    without = ahead(ledger, references=references)
    found = ahead(ledger, references=references, referral=outlook)
    worth = 0.4 * 100.0 + references.acquisition_cost[-1] - 4.0 - 3.0
    added = found["expected_purchases"].sum() * 0.05 * worth
    assert found["clv"].sum() - without["clv"].sum() == pytest.approx(added, rel=1e-12)
    for part in ("clv1", "clv2", "clv3", "clv4", "clv6"):
        assert found[part].to_list() == without[part].to_list()


def test_groups_of_customers_refer_at_their_own_rate() -> None:
    ledger = company(4, customers=300)
    references = fit_references(ledger, as_of=END)
    fitted = fit_referral_outlook(
        ledger,
        references=references,
        as_of=END,
        horizon=52,
        time_unit="week",
        by="region",
        parent_weight=0.0,
    )
    assert fitted.groups == ("east", "north", "south", "west")
    # In the latest span, and beyond each referrer's first day.
    first = ledger.lines.filter(pl.col("list_amount") > 0).group_by("customer_id")
    started = first.agg(first=pl.min("date")).rename({"customer_id": "referrer_id"})
    latest = ledger.referrals.join(started, on="referrer_id").filter(
        (pl.col("date") > pl.col("first")) & (pl.col("date") > date(2023, 1, 1))
    )
    credited = pl.col("weight") / pl.sum("weight").over("referee_id")
    credit = ledger.referrals.select("referrer_id", "referee_id", credit=credited)
    brought = latest.join(credit, on=["referrer_id", "referee_id"])["credit"].sum()
    assert fitted.overall_rate * (fitted.occasions or 0) == pytest.approx(brought)
    text = json.dumps(fitted.to_dict())
    assert ReferralOutlook.from_dict(json.loads(text)) == fitted
    east = ReferralOutlook(
        overall_rate=0.0,
        share=1.0,
        referee_value=10.0,
        acquisition_cost=0.0,
        reward=0.0,
        groups=("east",),
        rates=(0.5,),
        by="region",
    )
    alone = parts(ledger, referrals=None)
    found = ahead(alone, references=References.from_standards(), referral=east).join(
        ledger.customers, on="customer_id"
    )
    gained = found["clv5"] != 0
    assert (gained == (found["region"] == "east")).all()


def test_who_pays_the_reference_price_has_no_price_part() -> None:
    ledger = company(2)
    listed = ledger.lines.with_columns(paid_amount="list_amount")
    found = ahead(parts(ledger, lines=listed))
    np.testing.assert_allclose(found["clv6"], 0, atol=1e-10)


def test_another_unit_of_time_with_its_own_rate_changes_nothing_ahead() -> None:
    ledger = company(2)
    weekly = ahead(ledger, horizon=52.0, discount_rate=0.002)
    daily = ahead(
        ledger,
        purchases=BgNbd(r=0.5, alpha=28.0, a=1.3, b=10.0),
        horizon=364.0,
        discount_rate=1.002 ** (1 / 7) - 1,
        time_unit="day",
    )
    for part in [*PARTS, "clv"]:
        np.testing.assert_allclose(daily[part], weekly[part], rtol=1e-8, atol=1e-9)


def test_another_currency_scales_every_part_ahead() -> None:
    ledger = company(2)
    money = pl.col("list_amount", "paid_amount", "cost_amount") * 7
    dear = parts(
        ledger,
        lines=ledger.lines.with_columns(money),
        service=ledger.service.with_columns(pl.col("amount") * 7),
        acquisition=ledger.acquisition.with_columns(pl.col("amount") * 7),
    )
    found = ahead(dear, spend=GammaGamma(p=1.8, q=18.0, v=3500.0))
    for part in [*PARTS, "clv"]:
        np.testing.assert_allclose(
            found[part] / 7, ahead(ledger)[part], rtol=1e-9, atol=1e-9
        )


def test_one_category_leaves_no_cross_selling_ahead() -> None:
    ledger = company(2)
    one = parts(ledger, lines=ledger.lines.with_columns(category=pl.lit("all")))
    assert (ahead(one)["clv3"] == 0).all()


def test_who_bought_elsewhere_is_expected_to_do_so_again() -> None:
    ledger = company(2, customers=400)
    lines = ledger.lines
    loyal = lines.filter(pl.col("return_of").is_nan()).group_by("customer_id")
    kinds = loyal.agg(pl.col("category").n_unique(), n=pl.len()).filter(pl.col("n") > 9)
    found = ahead(ledger).join(kinds, on="customer_id")
    share = found["clv3"] / (found["clv2"] + found["clv3"])
    broad = share.filter(found["category"] >= 4).median()
    assert share.filter(found["category"] <= 2).median() < broad


def test_a_cost_to_serve_that_falls_is_expected_to_stay_low() -> None:
    # The simulated cost of an order falls from 5.0 to 3.5 on the second, 3.0 on the
    # third: the next order of a customer of one order costs about 3.5.
    ledger = company(3, customers=2000)
    references = References.from_standards(service_cost=5.0)
    histories = purchase_histories(ledger, as_of=END, time_unit="week")

    def saved(horizon: float) -> float:
        found = ahead(ledger, references=references, horizon=horizon)
        once = found.join(histories, on="customer_id").filter(pl.col("frequency") == 0)
        return float(once["clv4"].sum() / once["expected_purchases"].sum())

    assert saved(1) == pytest.approx(1.5, abs=0.35)
    # Who comes back within a year often does so several times, ever cheaper.
    assert 1.15 * saved(1) < saved(52)
    # Order k costs 2 + 3 / k, so the j-th purchase after the first saves
    # 3 - 3 / (j + 1). That is concave in j: its mean is at most the saving at the mean
    # j, which is E[1 + ... + n] / E[n] for customers who make n purchases.
    once = histories.filter(pl.col("frequency") == 0)
    history = [once[name].to_numpy() for name in ("frequency", "recency", "T")]
    mean = PURCHASES.expected_purchases(*history, horizon=52)
    square = PURCHASES.variance_of_purchases(*history, horizon=52) + mean**2
    place = (square + mean).sum() / (2 * mean.sum())
    assert saved(52) < 3 - 3 / (place + 1) < 2.2


def test_what_happens_later_changes_nothing_ahead() -> None:
    import datetime as dt

    ledger = company(7, customers=200)
    end = dt.date(2023, 3, 1)
    until = pl.col("date") <= end
    cut = parts(
        ledger,
        lines=ledger.lines.filter(until),
        service=ledger.service.filter(until),
        acquisition=ledger.acquisition.filter(until),
        referrals=ledger.referrals.filter(until),
        customers=None,
    )
    whole = parts(ledger, customers=None)
    early, late = ahead(cut, as_of="2023-03-01"), ahead(whole, as_of="2023-03-01")
    for column in early.columns:
        np.testing.assert_allclose(early[column], late[column], rtol=1e-11, atol=1e-12)


def test_every_library_expects_the_same() -> None:
    first, *others = (
        ahead(company(11, backend=backend))
        for backend in ("pandas", "polars", "pyarrow")
    )
    for other in others:
        for column in first.columns:
            assert first[column].to_list() == other[column].to_list()


def test_category_shares_survive_json_and_foreign_ones_are_refused() -> None:
    ledger = company(3)
    shares = fit_category_shares(ledger, as_of=END)
    assert CategoryShares.from_dict(json.loads(json.dumps(shares.to_dict()))) == shares
    foreign = CategoryShares(categories=("x",), concentration=(1.0,))
    with pytest.raises(errors.InvalidValueError, match="no share of category 'books'"):
        ahead(ledger, shares=foreign)


@pytest.mark.parametrize("rate", [0.0, -0.01])
def test_an_endless_horizon_needs_a_discount(rate: float) -> None:
    # Without dropout the purchases of an endless horizon are infinitely many.
    staying = Nbd(r=0.5, alpha=4.0)
    with pytest.raises(errors.InvalidValueError, match="positive discount_rate"):
        ahead(company(3), purchases=staying, horizon=np.inf, discount_rate=rate)
    # With dropout of few they still are.
    with pytest.raises(errors.InvalidValueError, match="positive discount_rate"):
        ahead(
            company(3),
            purchases=BgNbd(r=0.5, alpha=4.0, a=0.5, b=10.0),
            horizon=np.inf,
            discount_rate=rate,
        )


def test_assumptions_survive_json() -> None:
    ledger = company(5)
    references = fit_references(ledger, as_of=END)
    assumed = Assumptions(
        cross_sell="first_only",
        shares=fit_category_shares(ledger, as_of=END),
        referral=fit_referral_outlook(
            ledger, references=references, as_of=END, horizon=52, time_unit="week"
        ),
    )
    text = json.dumps(assumed.to_dict())
    assert Assumptions.from_dict(json.loads(text)) == assumed
    plain_sum, moved = ahead(ledger)["clv"], ahead(ledger, cross_sell="first_only")
    np.testing.assert_allclose(plain_sum, moved["clv"], atol=1e-9)
    assert moved["clv3"].sum() < ahead(ledger)["clv3"].sum()
