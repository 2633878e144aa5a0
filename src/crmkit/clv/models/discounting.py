"""A horizon and a discount rate, checked together: what grows must stay a number."""

from math import inf, log1p

from ..._check import nonnegative, rate
from ...errors import InvalidValueError

__all__ = ["discounting"]

_GROWTH = 600.0  # exp(600) = 4e260 leaves room for what it is multiplied with


def discounting(horizon: float, discount_rate: float) -> dict[str, float]:
    """Return the horizon and the continuous rate, as the kernels take them.

    Without end a negative rate makes every value infinite, which the models say; over
    a long but finite horizon it would only be beyond what a float can hold.
    """
    span = nonnegative("horizon", horizon, infinite=True)
    log_rate = log1p(rate("discount_rate", discount_rate))
    if span < inf and -log_rate * span > _GROWTH:
        raise InvalidValueError(
            subject="arguments 'discount_rate' and 'horizon'",
            found=(
                f"growth by a factor of e to the {-log_rate * span:,.0f} "
                f"at {discount_rate:g} over {span:g}"
            ),
            remedy="Pass a discount_rate of 0 or more, or a shorter horizon.",
        )
    return {"horizon": span, "log_rate": log_rate}
