"""What share of its spending on a category a customer gives the company."""

from collections.abc import Callable

import numpy as np

from ..._check import typed
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...errors import InvalidValueError
from ...typing import FloatArray, IntoFrameT

__all__ = ["with_share_of_wallet"]


@typed
def with_share_of_wallet(
    customers: IntoFrameT,
    *,
    spend_col: str = "spend",
    wallet_col: str | None = None,
    rank_col: str | None = None,
    n_brands_col: str | None = None,
    output_col: str = "share_of_wallet",
) -> IntoFrameT:
    """Add the share of wallet that a survey gives, and what is spent elsewhere.

    Parameters
    ----------
    customers
        One row per customer who answered; a lazy frame stays lazy.
    spend_col
        What the customer spent at the company in the period of the question.
    wallet_col
        What the customer says that it spent on the category in all, at all companies.
    rank_col, n_brands_col
        In place of the wallet: the rank of the company among the brands that the
        customer uses, 1 for the first, and the number of these brands. The share is
        then that of the wallet allocation rule.
    output_col
        The column added. ``segments.with_loyalty_type`` reads it.

    Returns
    -------
    DataFrame
        The same rows with ``share_of_wallet`` from 0 to 1, missing for a wallet of 0;
        and ``spend_elsewhere``, in money: what cross-selling could win at most.

    Raises
    ------
    InvalidValueError
        If a value is missing or negative, a wallet is smaller than the spending, a rank
        is beyond the number of brands, or neither a wallet nor a rank is named.

    Notes
    -----
    Customers remember their spending badly. The wallet allocation rule asks less of
    them: share = (1 - rank / (n + 1)) (2 / n) with n brands, which adds up to 1 over
    the brands of a customer.

    References
    ----------
    Keiningham, Aksoy, Buoye and Cooil (2011), "Customer loyalty isn't enough. Grow your
    share of wallet", Harvard Business Review 89 (10).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> answers = pd.DataFrame({"spend": [30.0, 30.0], "wallet": [40.0, 120.0]})
    >>> campaigns.with_share_of_wallet(answers, wallet_col="wallet")
       spend  wallet  share_of_wallet  spend_elsewhere
    0   30.0    40.0             0.75             10.0
    1   30.0   120.0             0.25             90.0
    """
    ranked = rank_col is not None and n_brands_col is not None
    if (wallet_col is None) == (rank_col is None) or (rank_col is not None) != ranked:
        raise InvalidValueError(
            subject="arguments 'wallet_col', 'rank_col' and 'n_brands_col'",
            found="no share of wallet, or two",
            remedy="Pass wallet_col, or rank_col and n_brands_col.",
        )
    named = (wallet_col, rank_col, n_brands_col)
    others = [name for name in named if name is not None]
    keys = (spend_col, *others)

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        found = number_rules(frame, spend_col, sign="nonnegative")
        if wallet_col is not None:
            found += number_rules(frame, wallet_col, sign="nonnegative")
            return [*found, _beyond(wallet_col, spend_col, "smaller than the spending")]
        for name in others:
            found += number_rules(frame, name, sign="positive")
        return [*found, _beyond(others[1], others[0], "smaller than the rank")]

    share: Callable[..., FloatArray] = _by_rank if ranked else _of_wallet

    def elsewhere(spend: FloatArray, *asked: FloatArray) -> FloatArray:
        wallet = spend / share(spend, *asked) if ranked else asked[0]
        return np.asarray(wallet - spend)

    scores = {output_col: share, "spend_elsewhere": elsewhere}
    return with_scores(customers, keys, scores, rules=rules)


def _beyond(column: str, least: str, how: str) -> Rule:
    return Rule(
        column=column,
        broken=nw.col(column) < nw.col(least),
        found=f"value {how}",
        remedy="Correct the answers, or drop these customers.",
    )


def _of_wallet(spend: FloatArray, wallet: FloatArray) -> FloatArray:
    return np.where(wallet > 0, spend / np.where(wallet > 0, wallet, 1.0), np.nan)


def _by_rank(_: FloatArray, rank: FloatArray, brands: FloatArray) -> FloatArray:
    # The rule gives no brand in use a share of 0, so spending can be divided by it.
    return np.asarray((1 - rank / (brands + 1)) * 2 / brands)
