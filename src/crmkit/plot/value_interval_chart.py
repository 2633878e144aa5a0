"""What customers are worth, and how sure that is."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed, whole
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import arms_of, interval_in, names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["clv_intervals"]

_LONG_NAME = 30  # letters; a longer name is wrapped


@typed
def clv_intervals(
    customers: IntoDataFrame,
    *,
    value_col: str = "clv",
    customer_id_col: str = "customer_id",
    n_customers: int = 20,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the most valuable customers in order, with the interval of each.

    Parameters
    ----------
    customers
        One row per customer with the value and its ``_lower`` and ``_upper``, as
        :func:`crmkit.clv.with_clv_interval` writes them.
    value_col, customer_id_col
        The columns read.
    n_customers
        How many to draw, 60 at most.
    currency
        The sign before amounts.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cy"], "clv": [50.0, 90.0, 20.0],
    ...     "clv_lower": [20.0, 40.0, 5.0], "clv_upper": [95.0, 160.0, 60.0],
    ... })
    >>> ax = ck.plot.clv_intervals(customers, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'The best customer is worth $40 to $160'
    """
    most = whole("n_customers", n_customers, at_least=1, at_most=60)
    frame = read_drawn(customers, (customer_id_col, value_col))
    value = numbers(frame, value_col)
    best = np.argsort(-value, kind="stable")[:most]
    every = names_in(frame, customer_id_col)
    names = tuple(every[at] for at in best)
    place = np.arange(best.size, dtype=np.float64)
    ends = interval_in(frame, value_col)
    shown = None if ends is None else (ends[0][best], ends[1][best])
    drawn = np.concatenate([value[best], *(() if shown is None else shown)])
    # A name of more than one line needs twice the height.
    row = 0.36 if max(map(len, names)) > _LONG_NAME else 0.22
    chart = Chart(
        layers=(
            *arms_of(place, shown),
            layer("points", value[best], place),
        ),
        x=Scale(
            title=words(value_col).upper() if value_col == "clv" else words(value_col),
            unit="money",
            currency=currency,
            lower=None if (drawn < 0).any() else 0,
        ),
        y=Scale(title="Customer", names=names),
        finding=f"The best customer is worth {money(shown[0][0], currency)} to "
        f"{money(shown[1][0], currency)}"
        if shown is not None
        else "",
        note=f"The best {best.size:,} of {counted(value.size, 'customer')}",
        height=max(2.5, 1.2 + row * best.size),
    )
    return draw(chart, title=title, label=label, ax=ax)
