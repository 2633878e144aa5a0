"""A retention offer: what it costs, who takes it, and what it saves."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._check import finite_array, fraction, nonnegative, positive
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...errors import InvalidValueError, MissingColumnError
from ...fits import checked, from_document, to_document
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoFrameT

__all__ = ["RetentionOffer", "with_campaign_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RetentionOffer:
    """What a campaign offers to keep customers, and how they take it.

    Attributes
    ----------
    accept_rate
        The chance that somebody about to leave takes the offer and stays.
    incentive
        What the offer costs when it is taken, whoever takes it.
    contact_cost
        What it costs to make it, taken or not.
    loyal_accept_rate
        The chance that somebody who would have stayed anyway takes it; 1 in the
        literature, the cautious choice.
    durability
        The share of a saved customer's value that is kept: 1 if the saved behave as if
        they had never thought of leaving, less if they leave soon after.
    incentive_share
        What it costs besides, as a share of the customer's value: a discount. A value
        below 0 adds nothing.

    Examples
    --------
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> offer.profit_of_churner(200.0), offer.cost_of_loyal(200.0)
    (array(56.), array(11.))
    >>> round(offer.break_even_risk(200.0), 3)
    0.164
    """

    accept_rate: float
    incentive: float
    contact_cost: float
    loyal_accept_rate: float = 1.0
    durability: float = 1.0
    incentive_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse shares that are none and costs below 0."""
        fraction("accept_rate", self.accept_rate, closed=True)
        nonnegative("incentive", self.incentive)
        nonnegative("contact_cost", self.contact_cost)
        fraction("loyal_accept_rate", self.loyal_accept_rate, closed=True)
        fraction("durability", self.durability, closed=True)
        fraction("incentive_share", self.incentive_share, closed=True)

    def incentive_for(self, clv: ArrayLike) -> FloatArray:
        """Return what the offer costs when somebody of this value takes it."""
        value = finite_array("clv", clv)
        return kernel.incentives(
            value, fixed=self.incentive, share=self.incentive_share
        )

    def cost_of_loyal(self, clv: ArrayLike) -> FloatArray:
        """Return what it costs to target somebody of this value who would stay."""
        return kernel.loyal_cost(
            loyal_accept=self.loyal_accept_rate,
            incentive=self.incentive_for(clv),
            contact=self.contact_cost,
        )

    def profit_of_churner(self, clv: ArrayLike) -> FloatArray:
        """Return the profit of targeting somebody of this value about to leave."""
        value = finite_array("clv", clv)
        return kernel.churner_benefit(
            accept=self.accept_rate,
            clv=self.durability * value,
            incentive=self.incentive_for(value),
            contact=self.contact_cost,
        )

    def expected_profit(self, risk: ArrayLike, clv: ArrayLike) -> FloatArray:
        """Return the profit to expect of targeting customers at these risks."""
        p = finite_array("risk", risk)
        return np.asarray(
            p * self.profit_of_churner(clv) - (1 - p) * self.cost_of_loyal(clv),
            np.float64,
        )

    def realised_profit(self, churned: ArrayLike, clv: ArrayLike) -> FloatArray:
        """Return the same once it is known who would have left (1) or stayed (0)."""
        return self.expected_profit(churned, clv)

    def break_even_risk(self, clv: float) -> float:
        """Return the risk above which it pays to target a customer of this value.

        Raises
        ------
        InvalidValueError
            If targeting never pays, whatever the risk.
        """
        benefit = float(self.profit_of_churner(positive("clv", clv)))
        cost = float(self.cost_of_loyal(clv))
        if benefit <= 0:
            raise InvalidValueError(
                subject="argument 'clv'",
                found=f"value {clv!r}, less than it costs to save",
                remedy="Offer less, or leave customers of this value alone.",
            )
        return cost / (cost + benefit)

    def to_dict(self) -> dict[str, object]:
        """Return the offer as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "RetentionOffer":
        """Build the offer from its JSON document."""
        return from_document(cls, document)


def with_campaign_profit(
    customers: IntoFrameT,
    *,
    offer: RetentionOffer,
    risk_col: str = "churn_risk",
    clv_col: str = "clv",
    customer_id_col: str = "customer_id",
    output_col: str = "campaign_profit",
) -> IntoFrameT:
    """Add the profit to expect of making the offer to each customer.

    Target those above 0, the highest first: risk alone would spend the budget on
    customers who are not worth it, value alone on customers who stay anyway.

    Parameters
    ----------
    customers
        One row per customer; lazy frames stay lazy.
    offer
        What is offered.
    risk_col
        The probability to leave without the offer.
    clv_col
        The value lost if the customer leaves: what a customer *who stays* brings. The
        ``clv`` of ``with_clv`` already contains the chance to be there: divide it by
        ``probability_alive`` first (where above 0), or leaving counts twice.
    customer_id_col
        Only named in errors.
    output_col
        The column added.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    MissingColumnError
        If the frame has no such column; a note names the argument that sets it.
    InvalidValueError
        If a risk is outside 0..1, or a value is missing.

    Notes
    -----
    p (g (v CLV - d) - f) - (1 - p) (h d + f), with risk p, acceptance g and h,
    incentive d (fixed, a share of the value, or both), contact cost f and durability
    v: Neslin et al. (2006), with individual values.

    Examples
    --------
    >>> import pandas as pd
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> customers = pd.DataFrame(
    ...     {"churn_risk": [0.6, 0.6, 0.1], "value_if_alive": [50, 500, 500]}
    ... )
    >>> customers.pipe(with_campaign_profit, offer=offer, clv_col="value_if_alive")
       churn_risk  value_if_alive  campaign_profit
    0         0.6              50              2.2
    1         0.6             500             83.2
    2         0.1             500              4.7
    """
    keys = (risk_col, clv_col)

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        outside = Rule(
            column=risk_col,
            broken=(nw.col(risk_col) < 0) | (nw.col(risk_col) > 1),
            found="value outside 0..1",
            remedy="Pass probabilities.",
        )
        return [*(r for key in keys for r in number_rules(frame, key)), outside]

    try:
        return with_scores(
            customers,
            keys,
            {output_col: offer.expected_profit},
            rules=rules,
            id_col=customer_id_col,
        )
    except MissingColumnError as error:
        arguments = {risk_col: "risk_col", clv_col: "clv_col"}
        for column in error.missing:
            error.add_note(f"{column!r} is the argument {arguments[column]!r}.")
        raise
