"""Whom a treatment persuades, judged on a randomised history."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..._check import fraction, nonnegative, positive, random_source, whole
from ..._frames import (
    native,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
    table,
)
from ...churn.classifier.scored_outcomes import flag_rules, refuse_overflow
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import ranking
from ...kernels.base.intervals import bootstrap, by_content, percentile_interval
from ...kernels.targeting import uplift as kernel
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from ..offers.campaign_profit import CampaignProfit, resampled_interval

__all__ = ["Qini", "maximum_uplift_profit", "qini", "uplift_curve"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Qini:
    """What a ranking by uplift adds to treating customers at random.

    Attributes
    ----------
    area
        Outcomes gained per customer, averaged over all shares treated; 0 for a random
        ranking. It is divided by no "perfect" curve, which nobody can know.
    lower, upper
        Its bootstrap interval over customers.
    level
        The confidence of the interval.
    effect
        The mean outcome of the treated less that of the control group.
    treated, control
        Customers in each group.
    """

    area: float
    lower: float
    upper: float
    level: float
    effect: float
    treated: int
    control: int

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Qini":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def uplift_curve(
    customers: IntoDataFrameT,
    *,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    outcome_col: str = "retained",
) -> IntoDataFrameT:
    """Summarise what treating the top of a ranking would have added.

    The groups must have been drawn at random: otherwise the curve shows who was chosen,
    not what the treatment did.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    uplift_col
        The predicted effect, or any score: higher first.
    treated_col
        Whether the customer was treated; booleans, or 0 and 1.
    outcome_col
        What came, where more is better: retained (0 or 1), or money.

    Returns
    -------
    DataFrame
        One row per cut between different scores: ``share_targeted``, ``uplift`` (the
        outcomes added, were all above the cut treated) and ``qini`` (those added to the
        treated above the cut). Equal scores are never cut apart.

    Raises
    ------
    NotEnoughDataError
        If one of the groups is empty.

    References
    ----------
    Radcliffe (2007), "Using control groups to target on predicted lift"; Gutierrez and
    Gerardy (2017), "Causal inference and uplift modelling".

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame(
    ...     {
    ...         "uplift": [0.9, 0.9, 0.1, 0.1],
    ...         "treated": [1, 0, 1, 0],
    ...         "retained": [1, 0, 1, 1],
    ...     }
    ... )
    >>> uplift_curve(campaign)
       share_targeted  uplift  qini
    0             0.0     0.0   0.0
    1             0.5     2.0   1.0
    2             1.0     2.0   1.0
    """
    count, sums = _ranked(customers, uplift_col, treated_col, outcome_col)
    columns = {
        "share_targeted": count / count[-1],
        "uplift": kernel.uplift_curve(*sums),
        "qini": kernel.qini_curve(*sums),
    }
    return native(table(read_eager(customers, ()), columns), customers)


def qini(
    customers: IntoDataFrame,
    *,
    rng: np.random.Generator,
    resamples: int = 500,
    level: float = 0.95,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    outcome_col: str = "retained",
) -> Qini:
    """Measure how much better a ranking is than treating at random.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    rng
        The source of randomness of the bootstrap.
    resamples
        How many resamples of the customers.
    level
        The confidence of the interval.
    uplift_col, treated_col, outcome_col
        As in ``uplift_curve``.

    Returns
    -------
    Qini
        The area with its interval, and the mean effect.

    Raises
    ------
    NotEnoughDataError
        If one of the groups is empty.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> effect, treated = rng.random(4000), rng.random(4000) < 0.5
    >>> retained = rng.random(4000) < 0.4 + 0.5 * effect * treated
    >>> campaign = pd.DataFrame(
    ...     {"uplift": effect, "treated": treated, "retained": retained}
    ... )
    >>> found = qini(campaign, rng=rng, resamples=100)
    >>> found.lower > 0, round(found.effect, 2)
    (True, 0.24)
    """
    inside = fraction("level", level)
    score, treated, outcome = _read(customers, uplift_col, treated_col, outcome_col)

    def area(weight: FloatArray) -> float:
        parts = _parts(treated, outcome, weight)
        _, sums = ranking.blocks(score, weight, *parts)
        return kernel.area(sums[0], kernel.qini_curve(*sums[1:]))

    placed = by_content((score, treated, outcome))
    draws = bootstrap(
        lambda drawn: np.asarray(area(placed(drawn).astype(np.float64))),
        units=score.size,
        resamples=whole("resamples", resamples, at_least=2),
        rng=random_source(rng),
    )
    lower, upper = percentile_interval(draws, level=inside)
    return Qini(
        area=area(np.ones(score.size)),
        lower=float(lower),
        upper=float(upper),
        level=inside,
        effect=float(outcome[treated > 0].mean() - outcome[treated == 0].mean()),
        treated=int(treated.sum()),
        control=int((1 - treated).sum()),
    )


def maximum_uplift_profit(
    customers: IntoDataFrame,
    *,
    clv: float,
    incentive: float,
    contact_cost: float,
    fixed_cost: float = 0.0,
    rng: np.random.Generator | None = None,
    resamples: int = 500,
    level: float = 0.95,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    retained_col: str = "retained",
) -> CampaignProfit:
    """Measure the profit of the best cut of a ranking by uplift (MPU).

    Unlike a churn score, uplift needs no guess at a rate of acceptance: the control
    group shows who would have stayed.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    clv
        The value of a customer who stays.
    incentive
        What it costs per treated customer who stays, persuaded or not.
    contact_cost
        What it costs to treat a customer.
    fixed_cost
        What the campaign costs whatever its size.
    rng
        The source of randomness of a bootstrap interval; without it there is none.
    resamples, level
        How many resamples of the customers, and the confidence of the interval.
    uplift_col, treated_col, retained_col
        As in ``uplift_curve``; the outcome is 1 for a customer who stayed.

    Returns
    -------
    CampaignProfit
        Profit per customer, the share targeted (0 and 0 if no campaign pays), and the
        interval if asked for.

    Raises
    ------
    InvalidValueError
        If an outcome is neither 0 nor 1: money has its value already.
    NotEnoughDataError
        If one of the groups is empty.

    Notes
    -----
    As the best of many cuts it is too high on average, and so is its interval: see
    ``maximum_profit``.

    References
    ----------
    Devriendt, Berrevoets and Verbeke (2021), "Why you should stop predicting customer
    churn and start using uplift models", Information Sciences 548, 497-515.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame(
    ...     {
    ...         "uplift": [0.9, 0.9, 0.1, 0.1],
    ...         "treated": [1, 0, 1, 0],
    ...         "retained": [1, 0, 1, 1],
    ...     }
    ... )
    >>> best = maximum_uplift_profit(campaign, clv=200, incentive=10, contact_cost=1)
    >>> best.profit, best.share_targeted
    (94.5, 0.5)
    """
    curve = partial(
        kernel.campaign_profit,
        clv=positive("clv", clv),
        incentive=nonnegative("incentive", incentive),
        contact=nonnegative("contact_cost", contact_cost),
        fixed=nonnegative("fixed_cost", fixed_cost),
    )
    read = _read(customers, uplift_col, treated_col, retained_col)
    stayed = read_eager(customers, (retained_col,))
    refuse(stayed, flag_rules(stayed, retained_col))
    order, ends = ranking.block_ends(read[0])
    treated, retained = read[1][order], read[2][order]

    def profit(times: FloatArray) -> FloatArray:
        parts = _parts(treated, retained, times)
        return curve(*(ranking.sums_at(part, ends) for part in parts))

    found = profit(np.ones(order.size))
    lower, upper, inside = resampled_interval(
        lambda times: float(profit(times).max()),
        rows=(read[0][order], treated, retained),
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return CampaignProfit(
        profit=float(found.max()),
        share_targeted=ranking.share_above(int(np.argmax(found)), ends),
        lower=lower,
        upper=upper,
        level=inside,
    )


def _ranked(
    customers: IntoDataFrame, uplift_col: str, treated_col: str, outcome_col: str
) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    score, treated, outcome = _read(customers, uplift_col, treated_col, outcome_col)
    ones = np.ones(score.size)
    _, sums = ranking.blocks(score, ones, *_parts(treated, outcome, ones))
    return sums[0], (sums[1], sums[2], sums[3], sums[4])


def _parts(
    treated: FloatArray, outcome: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    t, c = weight * treated, weight * (1 - treated)
    return t, c, t * outcome, c * outcome


def _read(
    customers: IntoDataFrame, uplift_col: str, treated_col: str, outcome_col: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    frame = read_eager(customers, (uplift_col, treated_col, outcome_col))
    require_numbers(frame, [uplift_col])
    rules = [*number_rules(frame, uplift_col), *flag_rules(frame, treated_col)]
    if frame.schema[outcome_col].is_numeric():
        rules += number_rules(frame, outcome_col)
    else:
        rules += flag_rules(frame, outcome_col)
    refuse(frame, rules)
    treated = numbers(frame, treated_col)
    if not 0 < treated.sum() < treated.size:
        raise NotEnoughDataError(
            needed="treated customers and a control group",
            got=f"{int(treated.sum())} treated of {treated.size}",
            remedy="Pass both groups of a randomised campaign.",
        )
    outcome = numbers(frame, outcome_col)
    refuse_overflow(outcome, outcome_col)
    return numbers(frame, uplift_col), treated, outcome
