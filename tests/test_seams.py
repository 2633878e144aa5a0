"""The default columns of one function are the default columns of the next."""

# ruff: noqa: PLW0108 - a function is looked up when its step runs, not before
import dataclasses
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit._frames.column_writers import WRITERS
from crmkit.typing import HistoryColumns

# What only the user knows: columns of a log, a survey, a contract, an experiment, or a
# judgement. Every other default has to be written by a function of crmkit.
USER = {
    # campaigns: contacts, offers, lines of orders, points, cases and attributes
    *("arm", "profit", "order_id", "product_id", "category", "channel", "cost"),
    *("n_won", "n_kept", "acquisition_cost", "retention_cost", "segment", "promoted"),
    *("issued", "redeemed", "cohort", "age", "expected_redeemed", "goods_price"),
    *("points_price", "list_amount", "paid_amount", "expected_profit", "n_trips"),
    *("opened", "closed", "n_contacts", "member", "price", "quantity", "spend"),
    *("price_tolerance",),
    # a log of transactions, and who brought whom
    *("customer_id", "date", "amount", "referrer_id", "cost_to_serve"),
    # what changes over time, from a day on
    "period_start",
    # contracts and spells: how long, whether it ended, how many are left
    *(
        "start_date",
        "end_date",
        "duration",
        "event_observed",
        "tenure",
        "cohort",
        "renewals",
        "customers",
    ),
    *("n_customers", "active", "revenue_at_start", "revenue_at_end", "margin"),
    *("retention", "period", "previous_tier", "holdout_T"),
    # surveys
    *("score", "before", "after", "functional", "dysfunctional", "expectation"),
    *("performance", "satisfaction", "attitude", "e_traits", "repurchased"),
    *("share_of_wallet", "current_value", "potential_value"),
    # experiments and campaigns
    *("treated", "retained", "responded", "persuadability", "uplift"),
    # what a plot is asked to compare
    *("predicted", "actual"),
}

END, HORIZON, RATE = "2023-12-31", 26.0, 0.002
Step = Callable[[Any], Any]


# Untyped: a name that a room lacks fails the step that calls it, and no other.
rooms: Any = ck


@cache
def log() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows, customers = 2400, 400
    who = np.sort(
        rng.integers(0, customers, rows) * rng.integers(1, 4, rows) % customers
    )
    days = rng.integers(0, 700, rows)
    return pd.DataFrame(
        {
            "customer_id": who,
            "date": np.datetime64("2022-01-01", "ns") + days * np.timedelta64(1, "D"),
            "amount": np.round(rng.gamma(2.0, 20.0, rows) + 1, 2),
        }
    )


@cache
def purchases() -> Any:
    return rooms.clv.BgNbd(r=0.8, alpha=9.0, a=0.8, b=2.5)


@cache
def spend() -> Any:
    return rooms.clv.GammaGamma(p=6.0, q=4.0, v=15.0)


def valued(function: str, **options: Any) -> Step:
    """Return a step that values customers with the two models."""
    return lambda frame: getattr(rooms.clv, function)(
        frame,
        purchases=purchases(),
        spend=spend(),
        horizon=HORIZON,
        discount_rate=RATE,
        **options,
    )


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def offer() -> Any:
    return rooms.campaigns.RetentionOffer(
        contact_cost=1.0, incentive=5.0, accept_rate=0.3
    )


def price_response() -> Any:
    return rooms.campaigns.PriceResponse(
        elasticity=-1.2,
        standard_error=0.1,
        n_rows=900,
        n_customers=300,
        n_products=4,
        price_variation=0.1,
    )


def ledger() -> Any:
    lines = log().rename(columns={"amount": "paid_amount"})
    return ck.Ledger(lines=lines.assign(cost_amount=lines["paid_amount"] / 2))


@cache
def lapse_window() -> Any:
    return rooms.churn.fit_lapse_window(
        log(), return_chance=0.9, horizon_days=90, observation_period_end=END
    )


# Each step reads the frame that the step named before the arrow writes, on defaults.
STEPS: dict[str, Step] = {
    "log -> summary": lambda _: ck.rfm_summary(
        log(), observation_period_end=END, time_unit="week"
    ),
    "log -> lifecycle": lambda _: rooms.segments.lifecycle_summary(
        log(), observation_period_end=END, window_days=180
    ),
    "log -> snapshots": lambda _: rooms.snapshots.make_snapshots(
        log(), cutoffs=["2023-06-30"], horizon=60, observation_period_end=END
    ),
    "log -> ledger profit": lambda _: rooms.clv.profit_by(ledger(), as_of=END),
    "log -> ledger parts": lambda _: rooms.clv.clv_components(
        ledger(),
        references=rooms.clv.fit_references(ledger(), as_of=END),
        as_of=END,
        time_unit="year",
        discount_rate=0.0,
    ),
    "ledger parts -> price change": lambda frame: price_response().with_price_change(
        frame.merge(profits(), on="customer_id"), change=0.05
    ),
    "log -> lapse window": lambda _: lapse_window(),
    "summary -> occasion details": lambda frame: ck.with_occasion_details(
        frame, transactions=log(), observation_period_end=END, time_unit="week"
    ),
    "occasion details -> fit_credibility_spend": lambda frame: (
        rooms.clv.fit_credibility_spend(frame)
    ),
    "summary -> fit_bg_nbd": lambda frame: rooms.clv.fit_bg_nbd(frame),
    "summary -> fit_gamma_gamma": lambda frame: rooms.clv.fit_gamma_gamma(frame),
    "summary -> alive": lambda frame: purchases().with_probability_alive(frame),
    "summary -> clv": valued("with_clv"),
    "summary -> clv if active": valued("with_clv_if_active"),
    "clv -> clv interval": lambda frame: valued("with_clv_interval", rng=rng())(frame),
    "summary -> rfm scores": lambda frame: rooms.segments.with_rfm_scores(frame),
    "rfm scores -> rfm segment": lambda frame: rooms.segments.with_rfm_segment(frame),
    "summary -> churn risk": lambda frame: rooms.churn.with_churn_risk(
        frame, purchases=purchases(), horizon=HORIZON
    ),
    "clv -> value tier": lambda frame: rooms.segments.with_value_tier(frame),
    "value tier -> tier summary": lambda frame: rooms.segments.tier_summary(frame),
    "value tier -> migration": lambda frame: rooms.segments.migration_table(
        frame, frame, tiers=sorted(set(frame["value_tier"]))
    ),
    "clv -> gini": lambda frame: rooms.segments.gini(frame),
    "clv -> pareto": lambda frame: rooms.segments.pareto_curve(frame),
    "clv interval -> tier probability": lambda frame: rooms.segments.fit_value_tiers(
        frame
    ).with_tier_probability(frame),
    "clv if active -> risk": lambda frame: rooms.churn.with_churn_risk(
        frame, purchases=purchases(), horizon=HORIZON
    ),
    "risk -> campaign profit": lambda frame: rooms.campaigns.with_campaign_profit(
        frame, offer=offer()
    ),
    "risk -> retention priority": lambda frame: rooms.campaigns.with_retention_priority(
        frame.assign(satisfaction=7.0), clv_from=50.0
    ),
    "ledger profit -> concentration": lambda frame: rooms.segments.concentration_table(
        frame
    ),
    "ledger profit -> bands": lambda frame: rooms.segments.spending_bands(
        frame, bounds=[100.0]
    ),
    "ledger profit -> whale curve": lambda frame: rooms.segments.whale_curve(frame),
    "ledger profit -> whale peak": lambda frame: rooms.segments.whale_peak(frame),
    "lifecycle -> lapsed": lambda frame: lapse_window().with_lapsed(frame),
    "lifecycle -> stage": lambda frame: rooms.segments.with_lifecycle_stage(
        frame, lapse_days=90, window_days=180
    ),
}


def profits() -> Any:
    return result("log -> ledger profit")


@cache
def result(name: str) -> Any:
    source = name.partition(" -> ")[0]
    before = next((each for each in STEPS if each.endswith(f"-> {source}")), None)
    return STEPS[name](None if before is None else result(before))


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.filterwarnings("ignore::crmkit.errors.CrmkitWarning")
def test_a_step_runs_on_the_defaults_of_the_one_before(name: str) -> None:
    assert result(name) is not None


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    rooms = [getattr(ck, name) for name in ck.__all__]
    for space in (ck, *(room for room in rooms if isinstance(room, ModuleType))):
        for name in space.__all__:
            thing = getattr(space, name)
            if inspect.isfunction(thing):
                yield f"{space.__name__}.{name}", thing
            if inspect.isclass(thing):
                members = inspect.getmembers(thing, inspect.isfunction)
                yield from (
                    (f"{space.__name__}.{name}.{method}", function)
                    for method, function in members
                    if method.startswith("with_")
                )


FUNCTIONS = dict(functions())


def defaults(function: Callable[..., Any], *, written: bool) -> set[str]:
    """Return the default columns that a function writes, or those that it reads."""
    found: set[str] = set()
    for each in inspect.signature(function).parameters.values():
        if each.name.endswith(("_col", "_cols")) and each.default is not each.empty:
            names = [each.default] if isinstance(each.default, str) else each.default
            if (each.name in WRITES) == written:
                found |= set(names or ())
    return found


# Parameters that name a column of the result.
WRITES = {
    *("output_col", "action_col", "count_col", "low_col", "high_col"),
    *("lower_col", "upper_col", "period_col"),
    *("operational_recency_col", "operational_T_col"),
}


@cache
def written() -> frozenset[str]:
    """Return every column that a function writes under its own default."""
    found = {
        name for each in FUNCTIONS.values() for name in defaults(each, written=True)
    }
    found |= {name for columns in WRITERS.values() for name in columns}
    for name in STEPS:
        try:
            made = result(name)
        except Exception:  # noqa: BLE001, S112 - the step's own test tells
            continue
        found |= set(getattr(made, "columns", ()))
    return frozenset(found)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.filterwarnings("ignore::crmkit.errors.CrmkitWarning")
def test_a_default_column_is_an_input_of_the_user_or_written_by_crmkit(
    name: str,
) -> None:
    asked = defaults(FUNCTIONS[name], written=False)
    assert not asked - USER - written()


@pytest.mark.filterwarnings("ignore::crmkit.errors.CrmkitWarning")
def test_the_columns_of_a_history_are_those_of_the_summary() -> None:
    # A column of None is one that is not read unless the user names it.
    names = {field.default for field in dataclasses.fields(HistoryColumns)} - {None}
    assert names <= set(result("log -> summary").columns)


@pytest.mark.filterwarnings("ignore::crmkit.errors.CrmkitWarning")
def test_the_hint_for_a_missing_column_names_its_writer() -> None:
    made = {
        "rfm_summary": "log -> summary",
        "with_probability_alive of a fitted model": "summary -> alive",
        "clv.with_clv": "summary -> clv",
        "segments.with_value_tier": "clv -> value tier",
        "segments.with_rfm_scores": "summary -> rfm scores",
    }
    for writer, columns in WRITERS.items():
        step = made.get(writer, writer)
        assert set(columns) <= set(result(step).columns), writer
