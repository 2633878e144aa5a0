"""What has no answer is refused in one sentence, by the name of the argument."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.campaigns.acquisition.acquisition_breakeven import acquisition_breakeven
from crmkit.clv import (
    Assumptions,
    BgNbd,
    GammaGamma,
    References,
    ReferralOutlook,
    clv_components,
    expected_component_draws,
    expected_components,
    fit_category_shares,
    fit_references,
    fit_referral_outlook,
    purchase_histories,
    referral_influence,
)
from crmkit.clv.value.profit_by import profit_by
from crmkit.clv.value.profit_change import profit_change
from crmkit.ledger import Ledger

END = "2024-06-30"
STANDARDS = References.from_standards()


def lines(**columns: Any) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "date": [dt.date(2022, 1, 1), dt.date(2024, 1, 5), dt.date(2024, 2, 1)],
            "paid_amount": [10.0, 20.0, 30.0],
            "channel": ["web", "web", "shop"],
        }
    )
    return frame.with_columns(**columns)


def history(ledger: Any, **options: Any) -> Any:
    chosen: dict[str, Any] = {
        "references": STANDARDS,
        "as_of": END,
        "time_unit": "year",
        "discount_rate": 0.0,
    }
    return clv_components(ledger, **(chosen | options))


def ahead(ledger: Any, **options: Any) -> Any:
    chosen: dict[str, Any] = {
        "purchases": BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
        "spend": GammaGamma(p=6.0, q=4.0, v=20.0),
        "references": STANDARDS,
        "as_of": END,
        "horizon": 52,
        "discount_rate": 0.0,
        "time_unit": "week",
    }
    return expected_components(ledger, **(chosen | options))


@pytest.mark.parametrize("rate", [2.0, -0.9])
def test_a_rate_far_too_high_for_its_unit_is_refused(rate: float) -> None:
    with pytest.raises(
        errors.InvalidValueError,
        match=rf"'discount_rate': {rate} per day, too extreme over 911 days",
    ):
        history(Ledger(lines=lines()), time_unit="day", discount_rate=rate)
    history(Ledger(lines=lines()), discount_rate=rate)


@pytest.mark.parametrize("sign", [1, -1])
def test_money_may_change_by_a_factor_of_exp_200_and_no_more(sign: int) -> None:
    # 911 days from the first line: further apart, sums would drown or overflow.
    within, beyond = (np.expm1(sign * power / 911) for power in (199.9, 200.1))
    history(Ledger(lines=lines()), time_unit="day", discount_rate=within)
    with pytest.raises(errors.InvalidValueError, match="too extreme"):
        history(Ledger(lines=lines()), time_unit="day", discount_rate=beyond)


PAIR = ("2023-01-01", "2023-12-31")
ASKED: list[Callable[[Any], Any]] = [
    history,
    ahead,
    lambda ledger: fit_references(ledger, as_of=END),
    lambda ledger: fit_category_shares(ledger, as_of=END),
    lambda ledger: fit_referral_outlook(
        ledger, references=STANDARDS, as_of=END, horizon=52, time_unit="week"
    ),
    lambda ledger: purchase_histories(ledger, as_of=END),
    lambda ledger: referral_influence(
        ledger, as_of=END, time_unit="year", discount_rate=0.0
    ),
    lambda ledger: profit_by(ledger, as_of=END),
    lambda ledger: profit_change(ledger, before=PAIR, after=PAIR),
    lambda ledger: acquisition_breakeven(ledger, as_of=END, time_unit="year"),
]


@pytest.mark.parametrize("ask", ASKED)
def test_a_frame_is_no_ledger(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(
        errors.InvalidTypeError, match="'ledger': expected an instance of Ledger"
    ):
        ask(lines())


def test_missing_standards_assumptions_and_models_are_refused_by_name() -> None:
    ledger = Ledger(lines=lines())
    with pytest.raises(errors.InvalidTypeError, match="argument 'references'"):
        history(ledger, references=None)
    for name in ("references", "assumptions", "purchases", "spend"):
        with pytest.raises(errors.InvalidTypeError, match=f"argument '{name}'"):
            ahead(ledger, **{name: None})
    for name in ("shares", "referral"):
        nothing: Any = {name: 3}
        with pytest.raises(errors.InvalidTypeError, match=f"'{name}'"):
            Assumptions(**nothing)


@pytest.mark.parametrize("by", [3, [3], b"channel"])
def test_groups_are_named_as_text(by: Any) -> None:
    ledger = Ledger(lines=lines())
    with pytest.raises(errors.InvalidTypeError, match="argument 'by'"):
        history(ledger, by=by)
    with pytest.raises(errors.InvalidTypeError, match="argument 'by'"):
        profit_by(ledger, as_of=END, by=by)


def test_a_group_is_named_once() -> None:
    with pytest.raises(errors.InvalidValueError, match="a column named twice"):
        history(Ledger(lines=lines()), by=["channel", "channel"])


def test_a_label_called_like_a_part_is_refused() -> None:
    clash = Ledger(lines=lines(clv1=pl.col("channel"), goods_cost=pl.col("channel")))
    with pytest.raises(errors.InvalidValueError, match="column 'clv1': a name that"):
        history(clash, by="clv1")
    with pytest.raises(
        errors.InvalidValueError, match="column 'goods_cost': a name that"
    ):
        profit_by(clash, as_of=END, by="goods_cost")
    for name, ask in (("clv", history), ("clv", ahead)):
        renamed: Ledger[Any] = Ledger(
            lines=lines().rename({"customer_id": name}), customer_id_col=name
        )
        with pytest.raises(errors.InvalidValueError, match="column 'clv': a name that"):
            ask(renamed)


@pytest.mark.parametrize("by", [None, "channel"])
def test_before_the_first_row_there_are_no_periods(
    eager_frame: Any, columns_of: Any, by: Any
) -> None:
    ledger: Ledger[Any] = Ledger(lines=eager_frame(lines().to_dict(as_series=False)))
    early = history(ledger, as_of="2021-01-01", period="month", by=by)
    then = history(ledger, period="month", by=by)
    assert len(early) == 0
    assert list(columns_of(early)) == list(columns_of(then))


OUTLOOK = ReferralOutlook(
    overall_rate=0.5,
    share=0.5,
    referee_value=10.0,
    acquisition_cost=0.0,
    reward=0.0,
    groups=("web",),
    rates=(1.0,),
    by="channel",
)


def test_groups_of_referrers_are_columns_of_the_customers() -> None:
    ledger = Ledger(lines=lines())
    with pytest.raises(errors.MissingColumnError, match="channel"):
        fit_referral_outlook(
            ledger,
            references=STANDARDS,
            as_of=END,
            horizon=52,
            time_unit="week",
            by="channel",
        )
    with pytest.raises(errors.MissingColumnError, match="channel"):
        ahead(ledger, assumptions=Assumptions(referral=OUTLOOK))
    people = pl.DataFrame({"customer_id": ["a", "b"], "channel": ["web", None]})
    holed = Ledger(lines=lines(), customers=people)
    with pytest.raises(errors.InvalidValueError, match="'channel': missing value"):
        fit_referral_outlook(
            holed,
            references=STANDARDS,
            as_of=END,
            horizon=52,
            time_unit="week",
            by="channel",
        )


def test_a_group_the_outlook_does_not_know_has_the_overall_rate() -> None:
    people = pl.DataFrame({"customer_id": ["a", "b"], "channel": ["web", "new"]})
    found = ahead(
        Ledger(lines=lines(), customers=people),
        assumptions=Assumptions(referral=OUTLOOK),
    )
    worth = (found["clv5"] / found["expected_purchases"]).to_list()
    assert worth == pytest.approx([1.0 * 5.0, 0.5 * 5.0])


def test_a_model_fitted_in_another_unit_is_refused() -> None:
    ledger = Ledger(lines=lines())
    daily = BgNbd(r=0.6, alpha=70.0, a=0.8, b=2.5, time_unit="day")
    sentence = r"'time_unit': 'week', but the .* 'day'|fitted in days"
    with pytest.raises(errors.InvalidValueError, match=sentence):
        ahead(ledger, purchases=daily)
    spend = GammaGamma(p=6.0, q=4.0, v=20.0)
    with pytest.raises(errors.InvalidValueError, match=sentence):
        expected_component_draws(
            ledger,
            models=(daily, spend),
            references=STANDARDS,
            as_of=END,
            horizon=52,
            discount_rate=0.0,
            time_unit="week",
            rng=np.random.default_rng(1),
        )
    assert len(ahead(ledger, purchases=daily, time_unit="day")) == 2


def test_a_rate_of_more_than_all_in_a_year_is_warned_of() -> None:
    with pytest.warns(errors.UnitWarning, match=r"10 is 1,000% a week, .* mean 10%"):
        ahead(Ledger(lines=lines()), discount_rate=10)
