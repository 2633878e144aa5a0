"""Split a customer's value into base spending, its growth and referrals."""

from ..._frames import native, number_rules, nw, read, refuse, require_numbers
from ...typing import IntoFrameT

__all__ = ["with_value_streams"]

_GROWTH = ("clv2_growth", "clv3", "clv4", "clv6")
_READ = (*_GROWTH, "clv5", "clv", "acquisition_cost")


def with_value_streams(components: IntoFrameT) -> IntoFrameT:
    """Add the three streams of a customer's value: base, growth and referral.

    Parameters
    ----------
    components
        What :func:`clv_components` returned, by customer, group or period.

    Returns
    -------
    frame
        The same rows with ``base_spending`` (the first purchase before the cost of
        winning the customer, and every later order at its margin),
        ``spending_growth`` (larger orders, other categories, cheaper service, better
        prices) and ``referral_value``. The three less ``acquisition_cost`` are ``clv``.

    Raises
    ------
    MissingColumnError
        If a part is absent.
    InvalidTypeError
        If a part is not numeric.
    InvalidValueError
        If a part is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv.value.value_streams import with_value_streams
    >>> parts = pd.DataFrame({
    ...     "clv1": [5.0], "clv2_base": [20.0], "clv2_growth": [3.0], "clv3": [7.0],
    ...     "clv4": [1.0], "clv5": [10.0], "clv6": [-2.0], "clv": [44.0],
    ...     "acquisition_cost": [12.0],
    ... })
    >>> streams = with_value_streams(parts)
    >>> streams[["base_spending", "spending_growth", "referral_value"]]
       base_spending  spending_growth  referral_value
    0           37.0              9.0            10.0
    """
    frame = read(components, _READ)
    require_numbers(frame, _READ)
    refuse(frame, [rule for name in _READ for rule in number_rules(frame, name)])
    growth = nw.sum_horizontal(*_GROWTH)
    # From the total, so that it does not matter where the acquisition was shown.
    base = nw.col("clv") + nw.col("acquisition_cost") - growth - nw.col("clv5")
    return native(
        frame.with_columns(
            base.alias("base_spending"),
            growth.alias("spending_growth"),
            nw.col("clv5").alias("referral_value"),
        ),
        components,
    )
