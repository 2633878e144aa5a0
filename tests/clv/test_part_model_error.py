"""The error of the parts ahead: its scale, and how it widens intervals."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from crmkit import errors
from crmkit.clv import (
    BgNbd,
    ComponentDraws,
    GammaGamma,
    PartModelError,
    PartScore,
    backtest_components,
    expected_component_draws,
    expected_components,
    fit_references,
    value_statement,
)
from crmkit.clv.components.part_ends import DrawnParts
from crmkit.clv.components.part_model_error import judged_by
from crmkit.clv.components.part_shifts import Shocks, relative_shifts
from crmkit.datasets.simulated_company import simulate_company

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
ALL = [*PARTS, "clv"]
PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)
SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)
END = "2023-12-31"


def score(error: float, *, cutoff: str = "2023-06-30", **other: Any) -> PartScore:
    given: dict[str, Any] = {
        "lead_days": 91,
        "part": "clv2",
        "n_customers": 10,
        "predicted": 1000.0,
        "came": 1000.0 - error,
        "past_share": 0.0,
        "total": 2000.0,
        "size": 1000.0,
    }
    return PartScore(cutoff=cutoff, **(given | other))


def company(customers: int = 60) -> Any:
    rng = np.random.default_rng(5)
    return simulate_company(customers=customers, rng=rng, backend="polars")


def drawn(ledger: Any, *, n_draws: int = 60) -> ComponentDraws[Any]:
    return expected_component_draws(
        ledger,
        models=(PURCHASES, SPEND),
        references=fit_references(ledger, as_of=END),
        as_of=END,
        horizon=52,
        discount_rate=0.0,
        time_unit="week",
        rng=np.random.default_rng(1),
        n_draws=n_draws,
    )


@pytest.fixture(scope="module")
def draws() -> ComponentDraws[Any]:
    return drawn(company(), n_draws=100)


def widths(frame: Any, part: str) -> Any:
    return (frame[f"{part}_upper"] - frame[f"{part}_lower"]).to_numpy()


def test_a_span_is_judged_from_the_day_it_ends() -> None:
    ends = score(100.0, cutoff="1970-01-11", lead_days=10)  # on day 20
    assert judged_by([ends], 19).errors == ()
    assert judged_by([ends], 20).errors == (ends,)


def test_the_scale_is_that_of_a_calculation_by_hand() -> None:
    # Two spans apart, missed by 20% and 10%; chance explains 0.01 of each square.
    early = score(200.0, cutoff="2023-01-31", chance=10_000.0)
    late = score(-100.0, cutoff="2023-06-30", chance=10_000.0)
    error = PartModelError(errors=(early, late), default_scale=0.05, default_weight=4.0)
    found = error.at(part="clv2", lead_days=91)
    # m = (0.03 + 0.00) / 2 = 0.015; (4 * 0.0025 + 2 * 0.015) / 6 = 1 / 150.
    assert found.scale == pytest.approx((1 / 150) ** 0.5, rel=1e-12)
    assert (found.degrees_of_freedom, found.n_cutoffs, found.n_windows) == (6.0, 2, 2)
    # Four times as far ahead as any that was tried: twice the error, m = 0.06.
    far = error.at(part="clv2", lead_days=364)
    assert far.scale == pytest.approx((0.13 / 6) ** 0.5, rel=1e-12)
    # Of another part nothing is known.
    assert error.at(part="clv3", lead_days=91).scale == pytest.approx(0.05)


def test_spans_that_overlap_count_once() -> None:
    near = (score(200.0), score(200.0, cutoff="2023-07-28"))
    found = PartModelError(errors=near).at(part="clv2", lead_days=91)
    assert (found.n_cutoffs, found.n_windows) == (2, 1)


def test_a_past_that_a_right_model_explains_leaves_the_default_alone() -> None:
    weak = score(100.0, chance=10_000.0)
    found = PartModelError(errors=(weak,)).at(part="clv2", lead_days=91)
    default = PartModelError().at(part="clv2", lead_days=91)
    # One error of exactly what chance explains: 4 of 5 weights are the default's.
    assert found.scale == pytest.approx(default.scale * (4 / 5) ** 0.5, rel=1e-12)
    less = PartModelError(errors=(replace(weak, came=999.0),))
    assert less.at(part="clv2", lead_days=91).scale == found.scale
    # From draws of a right model, errors beyond chance average to nothing.
    rng = np.random.default_rng(2)
    many = tuple(
        score(100.0 * each, cutoff=f"{2000 + at}-01-01", chance=10_000.0)
        for at, each in enumerate(rng.standard_normal(400))
    )
    learned = PartModelError(errors=many).at(part="clv2", lead_days=91)
    assert learned.scale < 0.03


def test_a_part_that_was_not_foreseen_says_nothing() -> None:
    for size in (0.0, 1e-12):
        none = PartModelError(errors=(score(5.0, size=size),))
        assert none.at(part="clv2", lead_days=91) == PartModelError().at(
            part="clv2", lead_days=91
        )
        assert "no past forecast was compared" in str(none)


def test_errors_have_the_scale_of_each_part_and_of_their_sum() -> None:
    sizes = np.array([0.0, 400.0, 300.0, 0.0, 0.0, 100.0])
    shocks = Shocks.drawn(5_000, np.random.default_rng(1))
    cutoffs = [f"{year}-01-01" for year in range(1900, 2000)]

    def shifts(total: float) -> Any:
        each = {"clv2": 0.10, "clv3": 0.10, "clv6": 0.20, "clv": total}
        known = tuple(
            score(share * 1000.0, cutoff=cutoff, part=part)
            for part, share in each.items()
            for cutoff in cutoffs
        )
        error = PartModelError(errors=known, default_weight=1e-6)
        return relative_shifts(error, shocks, sizes, lead_days=91)

    spread = stats.t(100).std()
    # Together the parts err by 90 if always alike, and by 54 if independent.
    for total, wanted in ((0.09, 72.0), (0.01, 53.85), (0.5, 90.0)):
        found = shifts(total)
        np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(
            found.std(axis=0)[[1, 2, 5]] / spread, [0.1, 0.1, 0.2], rtol=0.02
        )
        assert (found @ sizes).std() / spread == pytest.approx(wanted, rel=0.03)


def test_an_error_never_narrows_and_moves_no_mean(draws: ComponentDraws[Any]) -> None:
    chosen: tuple[Any, ...] = (None, "region", [])
    for by in chosen:
        plain = draws.intervals(by=by, model_error=None)
        wide = draws.intervals(by=by)
        wider = draws.intervals(by=by, model_error=PartModelError(default_scale=0.5))
        for part in ALL:
            for found in (wide, wider):
                assert (found[f"{part}_lower"] <= plain[f"{part}_lower"]).all()
                assert (found[f"{part}_upper"] >= plain[f"{part}_upper"]).all()
                assert found[part].equals(plain[part])
        # An error of half the value ahead shows in every interval of sums.
        assert (widths(wider, "clv") > widths(plain, "clv")).all() or by is None
        means = wider.select(pl.sum_horizontal(PARTS)).to_series()
        np.testing.assert_allclose(means, wider["clv"], rtol=1e-9, atol=1e-9)


def test_a_sum_contains_the_error_and_its_customers_share_it(
    draws: ComponentDraws[Any],
) -> None:
    ledger = draws.ledger
    large = PartModelError(default_scale=0.3, default_weight=1000.0)
    company_wide = draws.intervals(by=[], model_error=large)
    expected = expected_components(
        ledger,
        purchases=PURCHASES,
        spend=SPEND,
        references=fit_references(ledger, as_of=END),
        as_of=END,
        horizon=52,
        discount_rate=0.0,
        time_unit="week",
    )
    plain = draws.intervals(by=[], model_error=None)
    for part in ("clv2", "clv3"):
        error = 2 * 1.96 * 0.3 * float(np.abs(expected[part]).sum())
        together = np.hypot(error, widths(plain, part)[0])
        assert widths(company_wide, part)[0] == pytest.approx(together, rel=0.15)
    # Who is expected to bring more takes more of it.
    own = widths(draws.intervals(model_error=large), "clv")
    alone = widths(draws.intervals(model_error=None), "clv")
    best = np.argsort(expected["clv"].to_numpy())[-10:]
    assert own[best].sum() > 1.05 * alone[best].sum()


def test_drawing_sums_and_summing_draws_contain_the_same_error() -> None:
    shocks = Shocks.drawn(400, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    values = np.zeros((400, 7, 50))
    values[:, 1] = rng.poisson(2.0, (400, 50))
    values[:, 6] = values[:, 1]
    sizes = np.zeros((6, 50))
    sizes[1] = 2.0
    single = DrawnParts(
        values=values, sizes=sizes, shocks=shocks, lead_days=91.0, single=True
    )
    summed = DrawnParts(
        values=values.sum(axis=2, keepdims=True),
        sizes=sizes.sum(axis=1, keepdims=True),
        shocks=shocks,
        lead_days=91.0,
        single=False,
    )
    error = PartModelError(default_scale=0.2)
    whole = np.zeros(50, dtype=np.int64)
    for one, two in zip(
        single.ends(whole, 1, error=error, level=0.95),
        summed.ends(whole[:1], 1, error=error, level=0.95),
        strict=True,
    ):
        np.testing.assert_allclose(one.lower, two.lower, rtol=1e-9)
        np.testing.assert_allclose(one.upper, two.upper, rtol=1e-9)
    # A customer who buys nothing in a draw is not moved below nothing by the error.
    bought = next(
        ends
        for ends in single.ends(np.arange(50), 50, error=error, level=0.5)
        if ends.part == "clv2"
    )
    assert (bought.lower >= 0).all()


def test_a_backtest_learns_from_spans_that_had_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Fewer draws take less time; what is learned does not depend on their number.
    monkeypatch.setattr("crmkit.clv.components.compared_parts._DRAWS", 20)
    ledger = company(20)

    def tried(*cutoffs: str) -> Any:
        return backtest_components(
            ledger,
            purchases=lambda _: PURCHASES,
            spend=lambda _: SPEND,
            cutoffs=list(cutoffs),
            horizon_days=91,
            rng=np.random.default_rng(1),
        )

    alone = tried("2023-03-31")
    both = tried("2023-06-30", "2023-03-31")
    assert both.scores[0].cutoff == "2023-06-30"
    # Where nothing had ended before, the default counts, whatever is asked for beside.
    assert both.scores[7:] == alone.scores
    error = both.model_error
    assert error.errors == both.scores
    assert error.at(part="clv2", lead_days=91).n_cutoffs == 2
    for each in both.scores:
        assert each.plain is not None
        lower, upper = each.interval()
        assert lower <= each.plain.lower <= each.plain.upper <= upper
    sizes = {each.part: each.size for each in alone.scores}
    assert sizes["clv"] == pytest.approx(sum(sizes[part] for part in PARTS))
    document = json.loads(json.dumps(error.to_dict()))
    assert PartModelError.from_dict(document) == error
    table = str(error).splitlines()
    assert table[0] == "part  past error  model error  cutoffs  apart"
    assert table[-1] == "default 12% of a part's size with the weight of 4 past errors"
    assert "no past forecast" not in str(error)


def test_the_statement_keeps_draws_for_a_learned_error() -> None:
    statement = value_statement(
        company(),
        as_of=END,
        horizon=26,
        time_unit="week",
        discount_rate=0.0,
        purchases=lambda _: PURCHASES,
        spend=lambda _: SPEND,
        rng=np.random.default_rng(1),
        n_draws=30,
    )
    assert statement.draws is not None
    assert statement.intervals is not None
    assert statement.intervals.equals(statement.draws.intervals())
    plain = statement.draws.intervals(model_error=None)
    large = statement.draws.intervals(model_error=PartModelError(default_scale=1.0))
    assert widths(plain, "clv")[0] < 0.7 * widths(large, "clv")[0]
    assert "no past forecast was compared" in str(statement)


def test_what_is_no_model_error_is_refused(draws: ComponentDraws[Any]) -> None:
    with pytest.raises(errors.InvalidTypeError, match="model_error"):
        draws.intervals(model_error=0.05)  # type: ignore[arg-type] # wrong on purpose
    for wrong in (0.0, -0.1, float("nan")):
        with pytest.raises(errors.InvalidValueError, match="default_scale"):
            PartModelError(default_scale=wrong)
        with pytest.raises(errors.InvalidValueError, match="default_weight"):
            PartModelError(default_weight=wrong)
    with pytest.raises(errors.InvalidValueError, match="part"):
        PartModelError().at(part="clv7", lead_days=91)
    with pytest.raises(errors.InvalidValueError, match="lead_days"):
        PartModelError().at(part="clv2", lead_days=0)
