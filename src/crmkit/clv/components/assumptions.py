"""Assumptions about the future beyond the models and the standards."""

from dataclasses import dataclass

from ..._check import instance, one_of
from ...fits import JsonResult, checked
from .category_shares import CategoryShares
from .ledger_flows import CrossSell
from .referral_outlook import ReferralOutlook

__all__ = ["Assumptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Assumptions(JsonResult):
    """Assumptions about the future beyond the models and the standards.

    Attributes
    ----------
    cross_sell
        As in :func:`clv_components`; with ``"first_only"`` every category bought so far
        is home from now on.
    shares
        The shares of categories in spending; None fits them to the ledger.
    referral
        The new referrals to expect; None expects none, and only the value of past
        referees is credited to their referrers.

    Examples
    --------
    >>> Assumptions().cross_sell
    'persistent'
    """

    cross_sell: CrossSell = "persistent"
    shares: CategoryShares | None = None
    referral: ReferralOutlook | None = None

    def __post_init__(self) -> None:
        one_of("cross_sell", self.cross_sell, ("persistent", "first_only"))
        if self.shares is not None:
            instance("shares", self.shares, CategoryShares)
        if self.referral is not None:
            instance("referral", self.referral, ReferralOutlook)
