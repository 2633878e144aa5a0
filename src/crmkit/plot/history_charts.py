"""The purchases of single customers, and how likely each is still active."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed, whole
from .._dates import day_number
from .._frames import numbers, nw
from ..errors import NotEnoughDataError
from ..typing import Day, IntoDataFrame
from .drawing.columns import days_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["customer_history", "purchase_timelines"]

_MOST = 60


@typed
def customer_history(
    path: IntoDataFrame,
    *,
    transactions: IntoDataFrame,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    probability_col: str = "probability_alive",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how likely a customer is still active, day by day, with the purchases.

    Parameters
    ----------
    path
        What :func:`crmkit.clv.probability_alive_path` returned for one customer.
    transactions
        The log, of which the purchases of this customer are marked.
    customer_id_col, date_col, probability_col
        The columns read.
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
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample()
    >>> customers = ck.rfm_summary(log, observation_period_end="1998-06-30")
    >>> model = ck.clv.fit_bg_nbd(customers)
    >>> one = log[log["customer_id"] == 111]
    >>> path = ck.clv.probability_alive_path(
    ...     one, model=model, days=pd.date_range("1997-02-01", "1998-06-30", freq="7D")
    ... )
    >>> ax = ck.plot.customer_history(path, transactions=log, title="finding")
    >>> ax.get_title(loc="left")
    'Customer 111 is 96% likely to be active'
    """
    frame = read_drawn(
        path,
        (customer_id_col, date_col, probability_col),
        dates=(date_col,),
        probabilities=(probability_col,),
    ).sort(date_col)
    who = frame[customer_id_col].unique().to_list()
    if len(who) != 1:
        raise NotEnoughDataError(
            needed="the path of one customer",
            got=f"that of {len(who)}",
            remedy="Pass the rows of one customer.",
        )
    log = read_drawn(transactions, (customer_id_col, date_col), dates=(date_col,))
    bought = days_in(log.filter(nw.col(customer_id_col) == who[0]), date_col)
    when, chance = days_in(frame, date_col), numbers(frame, probability_col)
    bought = np.unique(bought[bought <= when.max()])
    chart = Chart(
        layers=(
            layer(
                "arms",
                bought,
                0.0,
                y_end=1.0,
                tone="soft",
                name="purchase",
            ),
            layer("line", when, chance, name="probability of being active"),
        ),
        x=Scale(unit="date"),
        y=Scale(title="Probability of being active", unit="share", lower=0, upper=1),
        finding=f"Customer {who[0]} is {percent(chance[-1])} likely to be active",
        note=counted(bought.size, "day") + " with purchases",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def purchase_timelines(
    transactions: IntoDataFrame,
    *,
    observation_period_end: Day,
    n_customers: int = 30,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the purchases of some customers along the time that each was observed.

    Parameters
    ----------
    transactions
        The log; its first customers are drawn, in the order of their first purchase.
    observation_period_end
        The last day observed; later rows are left out.
    n_customers
        How many customers, 60 at most.
    customer_id_col, date_col
        The columns read.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> ax = ck.plot.purchase_timelines(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30", n_customers=20,
    ...     title="finding",
    ... )
    >>> ax.get_title(loc="left")
    '20 customers bought on 77 days'
    """
    most = whole("n_customers", n_customers, at_least=1, at_most=_MOST)
    end = day_number("observation_period_end", observation_period_end, zone=None)
    frame = read_drawn(transactions, (customer_id_col, date_col), dates=(date_col,))
    day = days_in(frame, date_col)
    seen = np.flatnonzero(day <= end)
    ids = [str(each) for each in frame[customer_id_col].to_list()]
    chosen = list(dict.fromkeys(ids[at] for at in seen))[:most]
    places = {name: at for at, name in enumerate(chosen)}
    kept = [at for at in seen if ids[at] in places]
    days = day[kept]
    rows = np.array([places[ids[at]] for at in kept])
    first = np.array([days[rows == at].min() for at in range(len(chosen))])
    order = np.argsort(np.argsort(first, kind="stable"))
    last = np.array([days[rows == at].max() for at in range(len(chosen))])
    names = [name for _, name in sorted(zip(order, chosen, strict=True))]
    chart = Chart(
        layers=(
            layer("arms", first, order, x_end=float(end), y_end=order, tone="soft"),
            layer("arms", first, order, x_end=last, y_end=order),
            layer("points", days, order[rows]),
        ),
        x=Scale(unit="date"),
        y=Scale(title="Customer", names=tuple(names)),
        finding=f"{counted(len(chosen), 'customer')} bought on "
        f"{counted(len(set(zip(rows, days, strict=True))), 'day')}",
        height=max(2.5, 1.0 + 0.2 * len(chosen)),
    )
    return draw(chart, title=title, label=label, ax=ax)
