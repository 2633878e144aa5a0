"""From a frame of customers to a report: what every fit of this room shares."""

import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ..._check import nonnegative
from ..._frames import (
    Frame,
    cells,
    collect,
    is_lazy,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import (
    ConvergenceError,
    CrmkitWarning,
    IdentifiabilityWarning,
    InvalidValueError,
    NotEnoughDataError,
)
from ...fits import FitReport, Penalty, estimate
from ...kernels.base.cells import Cells, group
from ...kernels.base.newton import Objective
from ...kernels.purchases.starting_sample import thinned
from ...typing import FloatArray, IntoFrame
from .histories import Columns, Rules, history_rules, known_id

__all__ = [
    "approved",
    "fetch_cells",
    "fetch_histories",
    "fetch_spending",
    "fit_cells",
    "fit_histories",
    "require_customers",
]

_Fit = TypeVar("_Fit")

_MANY = 2**17  # cells from which on a sample of them saves passes over all


def fetch_histories(
    customers: IntoFrame,
    columns: Columns,
    *,
    weight_col: str | None,
    rules: Rules = history_rules,
) -> Cells:
    """Bring the distinct histories into memory, checked, each with its weight."""
    asked = columns if weight_col is None else (*columns, weight_col)
    frame = read(customers, asked)
    refuse(frame, rules(columns)(frame), id_col=known_id(frame))
    histories = fetch_cells(frame, columns, weight_col=weight_col)
    _require_repeats(histories, frequency_col=columns[0])
    _note_repeats_at_once(histories, recency_col=columns[1])
    if weight_col is None:
        _note_duplicates(frame)
    return histories


def fetch_cells(
    frame: Frame, columns: Sequence[str], *, weight_col: str | None
) -> Cells:
    """Bring distinct rows of checked columns into memory, each with its weight."""
    if weight_col is not None:
        require_numbers(frame, [weight_col])
        refuse(frame, number_rules(frame, weight_col, sign="nonnegative"))
    if weight_col is None and not is_lazy(frame):
        return group([numbers(collect(frame), column) for column in columns])
    values, weights = cells(frame, columns, weight_col=weight_col)
    if weight_col is None:
        return group(values, weights)
    kept = weights > 0
    if weights.size and not kept.any():
        raise InvalidValueError(
            subject=f"column {weight_col!r}",
            found="weight of 0 in every row",
            remedy="Leave weight_col out, or weight at least 1 row.",
        )
    return group([column[kept] for column in values], weights[kept])


def fetch_spending(
    frame: Frame, columns: tuple[str, str], *, weight_col: str | None
) -> Cells:
    """Bring the distinct positive mean amounts of repeat customers into memory."""
    if weight_col is None and not is_lazy(frame):
        x, amount = (numbers(collect(frame), column) for column in columns)
        used = (x > 0) & (amount > 0)
        return group([x[used], amount[used]])
    repeat, paid = (nw.col(column) > 0 for column in columns)
    return fetch_cells(frame.filter(repeat & paid), columns, weight_col=weight_col)


def require_customers(customers: float, *, who: str = "") -> None:
    """Refuse a fit to nobody or to one customer."""
    if customers <= 1:
        raise NotEnoughDataError(
            needed=f"at least 2 customers{who} to fit a model",
            got=f"{customers:g}",
            remedy="Pass more customers.",
        )


def fit_histories(
    histories: Cells,
    prepare: Callable[..., Objective],
    start_values: Callable[..., FloatArray],
    names: tuple[str, ...],
    *,
    timed: Sequence[str],
    penalty: float,
) -> FitReport:
    """Fit a model of histories; its ``timed`` parameters have the unit of ``T``."""
    x, _, T = histories.columns
    weights = histories.weights
    age = float(np.log((weights @ T) / weights.sum()))
    centre = tuple(age if name in timed else 0.0 for name in names)

    def fitted(cells: Cells, start: FloatArray) -> FitReport:
        terms = prepare(*cells.columns, cells.weights)
        return fit_cells(
            cells.weights, terms, names, start=start, centre=centre, penalty=penalty
        )

    start = start_values(x, T, weights)
    if histories.size >= _MANY:
        near = fitted(thinned(histories, _MANY // 4), start)
        if near.converged and not near.boundary:
            start = np.log(near.estimates)
    return fitted(histories, start)


def fit_cells(
    weights: FloatArray,
    objective: Objective,
    names: tuple[str, ...],
    *,
    start: FloatArray,
    centre: tuple[float, ...],
    penalty: float,
) -> FitReport:
    """Maximise the log-likelihood of weighted cells over log-parameters."""
    return estimate(
        objective,
        names,
        start=start,
        n_customers=float(weights.sum()),
        n_cells=weights.size,
        penalty=Penalty(weight=nonnegative("penalty", penalty), centre=centre),
    )


def approved(fit: _Fit, report: FitReport) -> _Fit:
    """Return a fit that reached its optimum; warn of one the data leave open."""
    if not report.converged:
        message = (
            f"the fit did not converge in {report.iterations} iterations "
            f"({report.message} Largest slope {report.gradient_norm:.2g}). "
            "The fit it reached is on this error as 'fit'; try penalty=1."
        )
        raise ConvergenceError(message, fit=fit)
    open_ = dict.fromkeys((*report.boundary, *report.weakly_identified))
    if open_:
        values = dict(zip(report.names, report.estimates, strict=True))
        shown = ", ".join(f"{name} = {values[name]:.3g}" for name in open_)
        warnings.warn(
            f"the data leave {shown} all but free. Predictions within the data "
            "hold; do not read meaning into these parameters.",
            IdentifiabilityWarning,
            stacklevel=3,
        )
    return fit


def _require_repeats(histories: Cells, *, frequency_col: str) -> None:
    require_customers(float(histories.weights.sum()))
    if not np.any(histories.columns[0] > 0):
        raise NotEnoughDataError(
            needed=f"customers who came back (column {frequency_col!r} above 0)",
            got=f"0 of {histories.weights.sum():,.15g}",
            remedy="Observe for longer: one purchase each says nothing of a rate.",
        )


def _note_repeats_at_once(histories: Cells, *, recency_col: str) -> None:
    x, t_x, _ = histories.columns
    at_once = float(histories.weights[(x > 0) & (t_x == 0)].sum())
    if at_once:
        warnings.warn(
            f"column {recency_col!r}: {at_once:,.15g} of "
            f"{histories.weights.sum():,.15g} customers came back at once, with a "
            "recency of 0: usually rows of one day that were counted as two purchases.",
            CrmkitWarning,
            stacklevel=4,
        )


def _note_duplicates(frame: Frame) -> None:
    name = known_id(frame)
    if name is None or is_lazy(frame):
        return
    ids = collect(frame)[name]
    if ids.dtype.is_integer():
        values = ids.to_numpy()
        if np.all(values[1:] > values[:-1]):  # as summaries are: nobody comes twice
            return
    repeated = len(ids) - ids.n_unique()
    if repeated:
        warnings.warn(
            f"column {name!r}: {repeated:,} of {len(ids):,} rows repeat an id and "
            "count as customers of their own. Is it one row per customer?",
            CrmkitWarning,
            stacklevel=4,
        )
