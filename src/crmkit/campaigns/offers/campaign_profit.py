"""The profit to expect of making an offer to each customer."""

from ..._check import instance, typed
from ..._frames import (
    Frame,
    Rule,
    number_rules,
    probability_rules,
    require_numbers,
    with_scores,
)
from ...errors import MissingColumnError
from ...typing import IntoFrameT
from .retention_offer import RetentionOffer

__all__ = ["with_campaign_profit"]


@typed
def with_campaign_profit(
    customers: IntoFrameT,
    *,
    offer: RetentionOffer,
    risk_col: str = "churn_risk",
    clv_col: str = "clv_if_active",
    customer_id_col: str = "customer_id",
    output_col: str = "campaign_profit",
) -> IntoFrameT:
    """Add the expected profit of making the offer to each customer.

    Target customers above 0, the highest first. Ranking by risk alone spends the budget
    on customers of little value; ranking by value alone spends it on customers who stay
    anyway.

    Parameters
    ----------
    customers
        One row per customer; lazy frames stay lazy.
    offer
        The offer and how customers respond to it.
    risk_col
        The probability of leaving without the offer.
    clv_col
        The value of a customer who stays, which is lost if the customer leaves:
        ``clv_if_active`` of ``with_clv_if_active``. Not ``clv``, which already includes
        the chance of having left: with it leaving would count twice.
    customer_id_col
        The id that errors name, where the column exists.
    output_col
        The column added.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    MissingColumnError
        If a column is missing; a note names the argument that sets it.
    InvalidValueError
        If a risk is outside 0 to 1, or a value is missing.

    Notes
    -----
    p (g (v CLV - d) - f) - (1 - p) (h d + f), with risk p, acceptance g and h,
    incentive d (fixed, a share of the value, or both), contact cost f and durability
    v: Neslin et al. (2006), with individual values.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.campaigns import RetentionOffer
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> customers = pd.DataFrame(
    ...     {"churn_risk": [0.6, 0.6, 0.1], "clv_if_active": [50, 500, 500]}
    ... )
    >>> customers.pipe(with_campaign_profit, offer=offer)
       churn_risk  clv_if_active  campaign_profit
    0         0.6             50              2.2
    1         0.6            500             83.2
    2         0.1            500              4.7
    """
    keys = (risk_col, clv_col)
    instance("offer", offer, RetentionOffer)

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        return [*probability_rules(frame, risk_col), *number_rules(frame, clv_col)]

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
            error.add_note(f"The argument {arguments[column]!r} names {column!r}.")
        raise
