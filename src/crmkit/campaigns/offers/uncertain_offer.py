"""A retention offer whose rate of acceptance is uncertain."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from ..._check import money_array, positive
from ...fits import JsonResult, checked
from ...typing import FloatArray
from .retention_offer import RetentionOffer

__all__ = ["UncertainOffer"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class UncertainOffer(JsonResult):
    """A retention offer whose rate of acceptance has a beta distribution.

    The defaults are those of the publication of EMPC (Verbraken, Verbeke and Baesens
    2013).

    Attributes
    ----------
    accept_alpha, accept_beta
        The beta distribution of the rate at which customers about to leave accept the
        offer and stay; its mean is 0.3 by default.
    incentive, contact_cost, loyal_accept_rate, durability, incentive_share
        As in ``RetentionOffer``.

    Examples
    --------
    >>> offer = UncertainOffer(incentive=0, incentive_share=0.05, contact_cost=15)
    >>> offer.at_mean().accept_rate
    0.3
    """

    accept_alpha: float = 6.0
    accept_beta: float = 14.0
    incentive: float = 10.0
    contact_cost: float = 1.0
    loyal_accept_rate: float = 1.0
    durability: float = 1.0
    incentive_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a beta distribution or an offer that cannot exist."""
        positive("accept_alpha", self.accept_alpha)
        positive("accept_beta", self.accept_beta)
        self.at_mean()

    def at_mean(self) -> RetentionOffer:
        """Return the offer with the mean rate of acceptance.

        The expected profit of one customer depends on the mean alone: use it to rank.
        """
        return RetentionOffer(
            accept_rate=self.accept_alpha / (self.accept_alpha + self.accept_beta),
            incentive=self.incentive,
            contact_cost=self.contact_cost,
            loyal_accept_rate=self.loyal_accept_rate,
            durability=self.durability,
            incentive_share=self.incentive_share,
        )

    def gain_when_taken(self, clv: ArrayLike) -> FloatArray:
        """Return the gain when a customer about to leave accepts the offer."""
        value = money_array("clv", clv)
        return self.durability * value - self.at_mean().incentive_for(value)
