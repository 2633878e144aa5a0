"""Expected spend as an expression that any engine computes, to the last bit.

The mean amounts of customers are nearly all distinct: to fetch and join them costs an
engine more than the arithmetic.
"""

from ..._frames import nw
from .gamma_gamma import GammaGamma

__all__ = ["spend_expression"]


def spend_expression(spend: object, frequency: str, amount: nw.Expr) -> nw.Expr | None:
    """Return expected spend in columns of a frame; None for a model that cannot say it.

    ``amount`` is the mean repeat amount, 0 without a repeat purchase. The operations
    are those of the kernel, in its order.
    """
    # At q <= 1 some customers have an infinite mean, and arrays tell which.
    if not isinstance(spend, GammaGamma) or spend.q <= 1:
        return None
    x = nw.col(frequency).cast(nw.Float64)
    seen = x * amount
    return (seen + spend.v) * spend.p / (x * spend.p + (spend.q - 1.0))
