"""From a frame of customers to a fitted model: what all fits of `clv` share."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from ..._check import LONGEST, instance, level_of_caller, nonnegative
from ..._frames import (
    Frame,
    Rule,
    cells,
    collect,
    is_lazy,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_ids,
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
from ...kernels.purchases.count_dispersion import count_dispersion
from ...kernels.purchases.starting_sample import thinned
from ...typing import FloatArray, HistoryColumns, IntoFrame
from .histories import Columns, Rules, history_rules, known_id
from .one_time_buyers import warn_of_missing_one_time_buyers
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = [
    "MANY",
    "approved",
    "fetch_cells",
    "fetch_histories",
    "fetch_spending",
    "fit_cells",
    "fit_histories",
    "fit_purchases",
    "model_of",
    "purchase_cells",
    "require_customers",
]

_Fit = TypeVar("_Fit")
_Model = TypeVar("_Model", bound=PurchaseMethods)

# Penalties of the fit from which ranges of a free one are drawn, the lightest that
# serves: a prior worth about one customer, or a few where all customers are alike.
_STEADYING = (1.0, 4.0, 16.0)
MANY = 2**17  # cells from which on a sample of them saves passes over all


def fit_purchases(
    model: type[_Model],
    customers: IntoFrame,
    *,
    penalty: float,
    columns: HistoryColumns,
    weight_col: str | None,
    time_unit: str | None,
) -> _Model:
    """Fit a purchase model to a frame of customers."""
    named = instance("columns", columns, HistoryColumns)
    histories = purchase_cells(model, customers, columns=named, weight_col=weight_col)
    report = fit_histories(model.formulas, histories, penalty=penalty)
    fit = approved(model_of(model, report, time_unit=time_unit), report)
    warn_of_missing_one_time_buyers(fit, histories, frequency_col=named.frequency)
    return fit


def purchase_cells(
    model: type[PurchaseMethods],
    customers: IntoFrame,
    *,
    columns: HistoryColumns,
    weight_col: str | None,
    more: Sequence[str] = (),
    more_rules: Callable[[Frame], list[Rule]] = lambda _: [],
) -> Cells:
    """Bring the distinct histories into memory, with further columns, all checked."""
    weighing = () if weight_col is None else (weight_col,)
    frame = read(customers, (*columns.history, *more, *weighing))
    rules = model.formulas.clock.rules(columns.history)(frame)
    rules += more_rules(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    histories = fetch_cells(frame, (*columns.history, *more), weight_col=weight_col)
    _require_repeats(histories, frequency_col=columns.frequency)
    _note_repeats_at_once(histories, recency_col=columns.recency)
    if weight_col is None:
        _note_duplicates(frame, id_col=columns.customer_id)
    return histories


def model_of(
    model: type[_Model],
    report: FitReport,
    *,
    time_unit: str | None,
    **more: object,
) -> _Model:
    """Build the model of a report."""
    given: Mapping[str, object] = {
        **dict(zip(report.names, report.estimates, strict=True)),
        **more,
        "report": report,
        "time_unit": time_unit,
    }
    return model(**given)


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
    return fetch_cells(frame, columns, weight_col=weight_col)


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
    """Refuse a fit to fewer than two customers."""
    if customers <= 1:
        raise NotEnoughDataError(
            needed=f"at least 2 customers{who} to fit a model",
            got=f"{customers:g}",
            remedy="Pass more customers.",
        )


def fit_histories(
    formulas: PurchaseFormulas,
    histories: Cells,
    *,
    penalty: float,
    **fixed: float,
) -> FitReport:
    """Fit the parameters of a purchase model to distinct histories."""
    x, _, T = histories.columns
    weights, kernel = histories.weights, formulas.kernel
    # The natural size of a parameter with the unit of T is the mean T of the data.
    age = float(np.log((weights @ T) / weights.sum()))
    centre = tuple(age if name in formulas.timed else 0.0 for name in formulas.names)

    def fitted(cells: Cells, start: FloatArray, penalty: float = penalty) -> FitReport:
        terms = kernel.objective(*cells.columns, cells.weights, **fixed)
        return fit_cells(
            cells.weights,
            terms,
            formulas.names,
            start=start,
            centre=centre,
            penalty=penalty,
        )

    start = kernel.start_values(x, T, weights, **fixed)
    if histories.size >= MANY:
        near = fitted(thinned(histories, MANY // 4), start)
        if near.converged and not near.boundary:
            start = np.log(near.estimates)
    # Counts of opportunities, and of regular buyers, scatter less than Poisson counts.
    random = not (formulas.clock.counted or formulas.fixed)
    spread = count_dispersion(x, T, weights) if random else None
    return replace(
        fitted(histories, start),
        longest_observation=float(T.max()),
        difference_p_value=None if spread is None else spread.p_value,
    )


def fit_cells(
    weights: FloatArray,
    objective: Objective,
    names: tuple[str, ...],
    *,
    start: FloatArray,
    centre: tuple[float, ...],
    penalty: float,
) -> FitReport:
    """Maximise the log-likelihood of weighted cells over log-parameters.

    Where the data leave parameters all but free, the fit with a light penalty is kept
    beside: ranges are drawn from it.
    """
    fitted = partial(
        estimate,
        objective,
        names,
        n_customers=float(weights.sum()),
        n_cells=weights.size,
    )
    weight = nonnegative("penalty", penalty, at_most=LONGEST)
    found = fitted(start=start, penalty=Penalty(weight=weight, centre=centre))
    if weight or not (found.weakly_identified or found.covariance is None):
        return found
    for more in _STEADYING:
        tamed = fitted(
            start=np.array(centre), penalty=Penalty(weight=more, centre=centre)
        )
        if tamed.converged and tamed.covariance and not tamed.weakly_identified:
            return replace(
                found,
                steadied_estimates=tamed.estimates,
                steadied_covariance=tamed.covariance,
                steadied_penalty=more,
            )
    return found


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
            stacklevel=level_of_caller(),
        )
    return fit


def _require_repeats(histories: Cells, *, frequency_col: str) -> None:
    require_customers(float(histories.weights.sum()))
    if not np.any(histories.columns[0] > 0):
        raise NotEnoughDataError(
            needed=f"customers who came back (column {frequency_col!r} above 0)",
            got=f"0 of {histories.weights.sum():,.15g}",
            remedy="Observe for longer: a rate needs customers with two purchases.",
        )


def _note_repeats_at_once(histories: Cells, *, recency_col: str) -> None:
    x, t_x = histories.columns[:2]
    at_once = float(histories.weights[(x > 0) & (t_x == 0)].sum())
    if at_once:
        warnings.warn(
            f"column {recency_col!r}: {at_once:,.15g} of "
            f"{histories.weights.sum():,.15g} customers came back at once, with a "
            "recency of 0: usually rows of one day that were counted as two purchases.",
            CrmkitWarning,
            stacklevel=level_of_caller(),
        )


def _note_duplicates(frame: Frame, *, id_col: str) -> None:
    name = known_id(frame, id_col)
    if name is None or is_lazy(frame):
        return
    require_ids(frame, name)
    ids = collect(frame)[name]
    if _ascend(ids):  # as those of summaries do: each once
        return
    repeated = len(ids) - ids.n_unique()
    if repeated:
        warnings.warn(
            f"column {name!r}: {repeated:,} of {len(ids):,} rows repeat an id and "
            "count as separate customers. Is it one row per customer?",
            CrmkitWarning,
            stacklevel=level_of_caller(),
        )


def _ascend(ids: nw.Series[Any]) -> bool:
    """Tell whether each id is surely greater than the one before."""
    if ids.dtype.is_integer():
        values = ids.to_numpy()
        return bool(np.all(values[1:] > values[:-1]))
    # Categories compare by their numbers in some libraries, a missing id with nothing.
    if ids.dtype != nw.String or ids.is_null().any():
        return False
    return bool((ids[1:] > ids[:-1]).all())
