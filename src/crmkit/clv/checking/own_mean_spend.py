"""The plain baseline of spend: a customer goes on paying the own mean amount."""

import numpy as np

from ..._frames import numbers, read_eager
from ...errors import NotEnoughDataError
from ...typing import HISTORY, IntoDataFrame
from ..models.credibility_spend import CredibilitySpend

__all__ = ["own_mean_spend"]


def own_mean_spend(customers: IntoDataFrame) -> CredibilitySpend:
    """Believe each customer's mean amount wholly; one-time buyers pay the mean of all.

    It is credibility without any scatter of a customer's amounts.
    """
    frame = read_eager(customers, HISTORY.spend)
    x, mean = (numbers(frame, column) for column in HISTORY.spend)
    back = x > 0
    if not back.any():
        raise NotEnoughDataError(
            needed="customers who came back", got="none", remedy="Observe for longer."
        )
    return CredibilitySpend(
        collective_mean=float(np.mean(mean[back])), within=0.0, between=1.0
    )
