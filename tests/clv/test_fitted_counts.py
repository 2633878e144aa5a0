"""Expected counts, amounts and gaps are those of the models and of the log."""

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pytest
from scipy import integrate
from scipy.special import gammaln

import crmkit as ck
from crmkit.clv import frequency_fit, purchase_gaps, spend_fit
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError

Make = Callable[[dict[str, Any]], Any]

quad: Any = integrate.quad  # its overloads know no function of two arguments
HISTORIES: dict[str, Any] = {
    "customer_id": [1, 2, 3, 4],
    "frequency": [0, 1, 2, 9],
    "recency": [0.0, 2.0, 3.0, 6.0],
    "T": [4.0, 4.0, 6.0, 6.0],
    "monetary_value": [0.0, 20.0, 35.0, 12.0],
}
MODEL = ck.clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
SPEND = ck.clv.GammaGamma(p=6.2, q=3.7, v=15.4)
odd: Any = "frequency"


def columns(frame: Any, *names: str) -> list[list[Any]]:
    opened = nw.from_native(frame, eager_only=True)
    return [opened[name].to_list() for name in names]


def test_expected_counts_are_sums_of_probabilities(eager_frame: Make) -> None:
    found = frequency_fit(eager_frame(HISTORIES), models={"m": MODEL}, most=2)
    names, actual, expected = columns(found, "n_purchases", "actual", "expected")
    assert names == [0, 1, 2]
    assert actual == [1, 1, 2]
    chance = MODEL.probability_of_n_purchases_new_customer(
        np.array([[0], [1]]), np.array([4.0, 4.0, 6.0, 6.0])
    ).sum(axis=1)
    assert expected[:2] == pytest.approx(chance.tolist(), rel=1e-12)
    assert sum(expected) == pytest.approx(4, rel=1e-12)


def test_without_a_model_there_is_nothing_to_expect(eager_frame: Make) -> None:
    with pytest.raises(InvalidValueError, match="an empty mapping"):
        frequency_fit(eager_frame(HISTORIES), models={})


def density(mean: float, x: int) -> float:
    """Return the density of a mean of x amounts (Fader and Hardie 2013, 1a)."""
    p, q, v = SPEND.p, SPEND.q, SPEND.v
    log = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    log += (p * x - 1) * np.log(mean) + p * x * np.log(x)
    return float(np.exp(log - (p * x + q) * np.log(v + mean * x)))


def test_expected_shares_are_integrals_of_the_published_density(
    eager_frame: Make,
) -> None:
    found = spend_fit(eager_frame(HISTORIES), spend=SPEND, n_bins=3)
    lower, upper, actual, expected = columns(
        found, "lower", "upper", "actual", "expected"
    )
    assert sum(actual) == pytest.approx(1)
    assert sum(expected) == pytest.approx(1, rel=1e-12)
    ends: list[Any] = [lower[1], upper[1]]
    by_hand = [quad(density, *ends, args=(x,))[0] for x in (1, 2, 9)]
    assert expected[1] == pytest.approx(np.mean(by_hand), rel=1e-8)


def test_whoever_never_came_back_has_no_amount_to_compare(eager_frame: Make) -> None:
    once = {name: values[:1] for name, values in HISTORIES.items()}
    with pytest.raises(NotEnoughDataError, match="a customer who came back"):
        spend_fit(eager_frame(once), spend=SPEND)


@pytest.mark.parametrize(
    "answer",
    [
        lambda frame: spend_fit(frame, spend=SPEND, columns=odd),
        lambda frame: frequency_fit(frame, models={"m": MODEL}, columns=odd),
    ],
)
def test_what_does_not_name_columns_is_refused(
    answer: Callable[[Any], Any], eager_frame: Make
) -> None:
    with pytest.raises(InvalidTypeError, match="columns"):
        answer(eager_frame(HISTORIES))


def test_gaps_are_between_occasions_of_one_customer_up_to_the_end(
    eager_frame: Make,
) -> None:
    days = ["2024-01-01", "2024-01-08", "2024-01-08", "2024-01-03", "2024-03-01"]
    log = {
        "customer_id": ["a", "a", "a", "b", "b"],
        "date": np.array(days, dtype="datetime64[s]").tolist(),
        "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
    }
    found = purchase_gaps(
        eager_frame(log), observation_period_end="2024-02-28", time_unit="week"
    )
    assert columns(found, "customer_id", "gap") == [["a"], [1.0]]
    later = purchase_gaps(eager_frame(log), observation_period_end="2024-03-01")
    assert columns(later, "customer_id", "gap") == [["a", "b"], [7.0, 58.0]]
