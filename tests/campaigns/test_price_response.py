"""Own-price response, price tolerance, and the share of wallet."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import minimize

import crmkit as ck
from crmkit import clv
from crmkit.campaigns import (
    PriceResponse,
    fit_price_response,
    price_tolerance_by,
    with_share_of_wallet,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.kernels.campaigns.price_elasticity import elasticity


def visits(
    rng: np.random.Generator, customers: int, *, products: int = 4, weeks: int = 6
) -> pd.DataFrame:
    """Simulate visits: popular products are cheap, and heavy buyers pay little."""
    who, what, week = (
        part.ravel()
        for part in np.meshgrid(
            np.arange(customers), np.arange(products), np.arange(weeks), indexing="ij"
        )
    )
    heavy, popular = rng.normal(0, 1, customers), np.linspace(1, -1, products)
    log_price = 0.5 - 0.6 * popular[what] - 0.4 * heavy[who]
    log_price += rng.normal(0, 0.15, (products, weeks))[what, week]
    log_price += rng.normal(0, 0.1, who.size)
    mean = np.exp(0.8 * heavy[who] + 1.5 * popular[what] - 1.5 * log_price)
    return pd.DataFrame(
        {
            "customer_id": who,
            "product_id": what,
            "price": np.exp(log_price),
            # Not Poisson: the mean is enough.
            "quantity": rng.poisson(mean * rng.gamma(2, 0.5, who.size)),
        }
    )


def test_the_estimate_is_that_of_a_regression_on_indicators(
    rng: np.random.Generator,
) -> None:
    base = visits(rng, 12)
    base = base[base.groupby("customer_id")["quantity"].transform("sum") > 0]
    found = fit_price_response(base)
    who = pd.get_dummies(base["customer_id"]).to_numpy(float)
    what = pd.get_dummies(base["product_id"]).to_numpy(float)[:, 1:]
    x = np.column_stack([np.log(base["price"]), who, what])
    q = base["quantity"].to_numpy(float)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        mean = np.exp(x @ beta)
        return float(mean.sum() - q @ x @ beta), np.asarray(x.T @ (mean - q))

    best = minimize(
        loss, np.zeros(x.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-7}
    ).x
    assert found.elasticity == pytest.approx(best[0], rel=1e-6)
    mean = np.exp(x @ best)
    bread = np.linalg.inv(x.T @ (mean[:, None] * x))
    scores = who.T @ ((q - mean)[:, None] * x)
    n = who.shape[1]
    meat = scores.T @ scores * n / (n - 1)
    error = np.sqrt((bread @ meat @ bread)[0, 0])
    assert found.standard_error == pytest.approx(error, rel=1e-5)


def test_intervals_hold_the_truth_where_a_plain_regression_is_wrong(
    rng: np.random.Generator,
) -> None:
    held, plain = 0, []
    for _ in range(60):
        base = visits(rng, 60)
        base = base[base.groupby("customer_id")["quantity"].transform("sum") > 0]
        price = np.log(base["price"].to_numpy())
        codes = [
            np.unique(base[name], return_inverse=True)[1]
            for name in ("customer_id", "product_id")
        ]
        q = base["quantity"].to_numpy(float)
        found = elasticity(q, price, codes[0], codes[1])
        half = stats.t.ppf(0.975, codes[0].max()) * found.standard_error
        held += abs(found.value + 1.5) < half
        bought = q > 0
        plain.append(np.polyfit(price[bought], np.log(q[bought]), 1)[0])
    assert 0.88 < held / 60 < 0.99
    assert abs(np.mean(plain) + 1.5) > 0.5


def test_the_unit_of_money_and_the_order_of_rows_change_nothing(
    eager_frame: Any, rng: np.random.Generator
) -> None:
    base = visits(rng, 20)
    found = fit_price_response(base)
    other = base.assign(price=base["price"] * 100).sample(frac=1, random_state=1)
    again = fit_price_response(eager_frame(other.to_dict("list")))
    assert again.elasticity == pytest.approx(found.elasticity, rel=1e-7)
    assert again.standard_error == pytest.approx(found.standard_error, rel=1e-6)
    assert PriceResponse.from_dict(found.to_dict()) == found
    # Customers who bought nothing tell nothing, and change nothing.
    idle = base.assign(customer_id=-1, quantity=0)
    assert fit_price_response(pd.concat([base, idle])).elasticity == pytest.approx(
        found.elasticity, rel=1e-8
    )


def test_prices_that_never_vary_are_refused(eager_frame: Any) -> None:
    base = {
        "customer_id": ["a", "a", "b", "b"],
        "product_id": ["x", "y", "x", "y"],
        "price": [1.0, 2.0, 1.0, 2.0],
        "quantity": [3, 1, 5, 2],
    }
    with pytest.raises(NotEnoughDataError, match="prices that vary"):
        fit_price_response(eager_frame(base))
    with pytest.raises(InvalidValueError, match="value of 0 or less"):
        fit_price_response(eager_frame(base | {"price": [0.0, 2, 1, 2]}))
    with pytest.raises(NotEnoughDataError, match="2 customers or more"):
        fit_price_response(eager_frame(base | {"quantity": [0, 0, 1, 1]}))


def test_a_price_change_moves_the_parts_of_clv_as_the_ledger_does(
    rng: np.random.Generator,
) -> None:
    n = 300
    lines = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 40, n),
            "date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 300, n), "D"),
            "category": rng.choice(["tea", "cups"], n),
            "list_amount": rng.gamma(3, 10, n),
        }
    )
    lines["paid_amount"] = lines["list_amount"] * rng.uniform(0.7, 1.0, n)
    lines["cost_amount"] = lines["list_amount"] * 0.5
    given: Any = {"as_of": "2024-12-31", "time_unit": "year", "discount_rate": 0.0}
    standards = ck.clv.fit_references(ck.Ledger(lines=lines), as_of="2024-12-31")
    response = PriceResponse(
        elasticity=-1.3,
        standard_error=0.2,
        n_rows=n,
        n_customers=40,
        n_products=2,
        price_variation=0.1,
    )
    change = 0.08
    k = (1 + change) ** response.elasticity
    after = lines.assign(
        list_amount=k * lines["list_amount"],
        paid_amount=k * (1 + change) * lines["paid_amount"],
        cost_amount=k * lines["cost_amount"],
    )
    parts: list[Any] = [
        clv.clv_components(ck.Ledger(lines=each), references=standards, **given)
        for each in (lines, after)
    ]
    profit: Any = clv.profit_by(ck.Ledger(lines=lines), as_of="2024-12-31")
    customers = profit.merge(parts[0], on="customer_id", suffixes=("", "_part"))
    found = response.with_price_change(customers, change=change)
    named = ["clv1", "clv2", "clv3", "clv6", "clv"]
    moved = parts[1][named] - parts[0][named]
    volume = moved["clv1"] + moved["clv2"] + moved["clv3"]
    assert found["premium_change"].tolist() == pytest.approx(moved["clv6"].tolist())
    assert found["volume_change"].tolist() == pytest.approx(volume.tolist())
    assert found["profit_change"].tolist() == pytest.approx(moved["clv"].tolist())
    assert (found["profit_change_lower"] < found["profit_change"]).all()
    assert (found["profit_change"] < found["profit_change_upper"]).all()


def test_a_price_change_in_any_engine(frame: Any, columns_of: Any) -> None:
    response = PriceResponse(
        elasticity=-1.0,
        standard_error=0.0,
        n_rows=9,
        n_customers=3,
        n_products=1,
        price_variation=0.1,
    )
    base = {"revenue": [100.0, 0.0], "goods_cost": [60.0, 0.0], "clv6": [-10.0, 0.0]}
    found = columns_of(response.with_price_change(frame(base), change=0.25))
    gain = dict(zip(found["revenue"], found["profit_change"], strict=True))
    # Revenue stays at 100, and a fifth of the goods is saved.
    assert gain[100.0] == pytest.approx(12.0)
    assert gain[0.0] == 0


def test_tolerance_by_group_counts_money_too(eager_frame: Any, columns_of: Any) -> None:
    base = {
        "tier": ["top"] * 4 + ["base"] * 2,
        "price_tolerance": [0.0, 0.05, 0.1, float("inf"), 0.0, 0.1],
        "spend": [10.0, 20.0, 30.0, 40.0, 50.0, 50.0],
    }
    found = columns_of(
        price_tolerance_by(
            eager_frame(base), increases=[0.1, 0.05], by="tier", spend_col="spend"
        )
    )
    assert found["tier"] == ["base", "base", "top", "top"]
    assert found["increase"] == [0.05, 0.1, 0.05, 0.1]
    assert found["staying_rate"] == pytest.approx([0.5, 0.5, 0.75, 0.5])
    assert found["spend_staying"] == pytest.approx([0.5, 0.5, 0.9, 0.7])
    assert found["revenue_change"] == pytest.approx(
        [1.05 / 2 - 1, 1.1 / 2 - 1, 1.05 * 0.9 - 1, 1.1 * 0.7 - 1]
    )
    wilson = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert found["staying_rate_lower"][2] == pytest.approx(wilson.low)
    for wrong, why in (
        ([-0.1] * 6, "negative value"),
        ([0.1] * 5 + [None], "missing value"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            price_tolerance_by(eager_frame(base | {"price_tolerance": wrong}))


def test_wallet_shares_add_up_over_the_brands_of_a_customer(frame: Any) -> None:
    ranks = {"spend": [1.0] * 4, "rank": [1, 2, 3, 4], "n": [4] * 4}
    found = pd.DataFrame(
        with_share_of_wallet(pd.DataFrame(ranks), rank_col="rank", n_brands_col="n")
    )
    assert found["share_of_wallet"].sum() == pytest.approx(1)
    assert found["share_of_wallet"].tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert found["spend_elsewhere"].tolist() == pytest.approx([1.5, 7 / 3, 4, 9])
    for wrong, why in (
        ({"spend": [2.0], "wallet": [1.0]}, "smaller than the spending"),
        ({"spend": [-1.0], "wallet": [1.0]}, "negative value"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            with_share_of_wallet(frame(wrong), wallet_col="wallet")
    with pytest.raises(InvalidValueError, match="no share of wallet, or two"):
        with_share_of_wallet(frame({"spend": [1.0]}))


def test_the_share_of_wallet_is_what_loyalty_types_read() -> None:
    answers = pd.DataFrame(
        {"spend": [90.0, 5.0], "wallet": [100.0, 100.0], "attitude": [9, 9]}
    )
    typed = ck.segments.with_loyalty_type(
        with_share_of_wallet(answers, wallet_col="wallet"),
        behaviour_from=0.5,
        attitude_from=7,
    )
    assert typed["loyalty_type"].tolist()[0] != typed["loyalty_type"].tolist()[1]


def test_stated_tolerance_is_a_count_at_every_rise_and_group(
    eager_frame: Any, columns_of: Any
) -> None:
    answers = {
        "tier": ["a", "a", "a", "a", "b", "b", "c"],
        "price_tolerance": [0.0, 0.1, 1.0, float("inf"), 0.3, 0.2999, 2.0],
        "spend": [40.0, 30.0, 0.5, 9.5, 0.0, 0.0, 0.25],
    }
    rises = [1.0, 0.1, 0.3, 0.1]  # sorted, and each once
    found = columns_of(
        price_tolerance_by(
            eager_frame(answers), by="tier", increases=rises, spend_col="spend"
        )
    )
    rows = list(zip(*(answers[name] for name in answers), strict=True))
    at = 0
    for tier in "abc":
        of = [(tolerance, spend) for name, tolerance, spend in rows if name == tier]
        whole = sum(spend for _, spend in of)
        for rise in (0.1, 0.3, 1.0):
            stay = [each for each in of if each[0] >= rise]
            wilson = stats.binomtest(len(stay), len(of)).proportion_ci(method="wilson")
            assert found["tier"][at] == tier
            assert found["increase"][at] == rise
            assert found["n_customers"][at] == len(of)
            assert found["staying_rate"][at] == pytest.approx(len(stay) / len(of))
            ends = [found[f"staying_rate_{end}"][at] for end in ("lower", "upper")]
            assert ends == pytest.approx([wilson.low, wilson.high], abs=1e-12)
            money, change = found["spend_staying"][at], found["revenue_change"][at]
            if whole:
                share = sum(spend for _, spend in stay) / whole
                assert money == pytest.approx(share, rel=1e-12)
                assert change == pytest.approx((1 + rise) * share - 1, abs=1e-12)
            else:
                assert money is None or np.isnan(money)
                assert change is None or np.isnan(change)
            at += 1
    assert at == len(found["increase"])
