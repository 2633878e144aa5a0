"""A retention offer: what it costs, who accepts it, and what it saves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    fraction,
    money_array,
    nonnegative,
    positive,
    probability_array,
    together,
    typed,
)
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray

__all__ = ["RetentionOffer"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RetentionOffer(JsonResult):
    """An offer to customers who may leave, and how they respond to it.

    Attributes
    ----------
    accept_rate
        The probability that a customer about to leave accepts the offer and stays.
    incentive
        The cost of an accepted offer.
    contact_cost
        The cost of making the offer, accepted or not.
    loyal_accept_rate
        The probability that a customer who would have stayed anyway accepts it; 1 in
        the literature, the cautious choice.
    durability
        The share of a saved customer's value that is kept: 1 if saved customers behave
        as if they had never been about to leave, less if they leave soon after.
    incentive_share
        The further cost of an accepted offer as a share of the customer's value, such
        as a discount. A value below 0 adds nothing.

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
        """Refuse shares outside 0 to 1 and costs below 0."""
        fraction("accept_rate", self.accept_rate, closed=True)
        nonnegative("incentive", self.incentive)
        nonnegative("contact_cost", self.contact_cost)
        fraction("loyal_accept_rate", self.loyal_accept_rate, closed=True)
        fraction("durability", self.durability, closed=True)
        fraction("incentive_share", self.incentive_share, closed=True)

    def incentive_for(self, clv: ArrayLike) -> FloatArray:
        """Return the cost of the offer when a customer of this value accepts it."""
        value = money_array("clv", clv)
        return kernel.incentives(
            value, fixed=self.incentive, share=self.incentive_share
        )

    def cost_of_loyal(self, clv: ArrayLike) -> FloatArray:
        """Return the cost of targeting a customer of this value who would stay."""
        return kernel.loyal_cost(
            loyal_accept=self.loyal_accept_rate,
            incentive=self.incentive_for(clv),
            contact=self.contact_cost,
        )

    def profit_of_churner(self, clv: ArrayLike) -> FloatArray:
        """Return the profit of targeting a customer of this value about to leave."""
        value = money_array("clv", clv)
        return kernel.churner_benefit(
            accept=self.accept_rate,
            clv=self.durability * value,
            incentive=self.incentive_for(value),
            contact=self.contact_cost,
        )

    @typed
    def expected_profit(self, risk: ArrayLike, clv: ArrayLike) -> FloatArray:
        """Return the expected profit of targeting customers at these risks."""
        p, value = together(
            probability_array("risk", risk), money_array("clv", clv), ("risk", "clv")
        )
        return np.asarray(
            p * self.profit_of_churner(value) - (1 - p) * self.cost_of_loyal(value),
            np.float64,
        )

    def realised_profit(self, churned: ArrayLike, clv: ArrayLike) -> FloatArray:
        """Return the profit of targeting customers who would leave (1) or stay (0)."""
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
                found=f"value {clv!r}, less than it costs to save the customer",
                remedy="Offer less, or leave customers of this value alone.",
            )
        return cost / (cost + benefit)
