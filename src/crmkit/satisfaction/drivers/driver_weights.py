"""Driver weights: the part of R-squared that belongs to each driver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..._check import (
    MOST_REPEATS,
    fraction,
    names_given,
    one_of,
    random_source,
    typed,
    whole,
)
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked, resampled_interval_of, told
from ...kernels.base import intervals
from ...typing import FloatArray, IntArray, IntoDataFrame, Progress
from ..reading.customer_clusters import clusters_of
from ..reading.questions import complete_rows, items
from .logistic_driver_weights import shapley_logistic
from .weight_methods import Divide, DriverMethod, DriverModel, driver_weights_of

__all__ = [
    "NOTHING",
    "DriverWeight",
    "DriverWeights",
    "fit_driver_weights",
]

_METHODS: tuple[DriverMethod, ...] = ("shapley", "johnson", "pratt")
_MODELS: tuple[DriverModel, ...] = ("linear", "logistic")
NOTHING = 1e-12  # an R-squared below it is rounding
# All 2 ** k sets of drivers are computed; a logistic model refits each of them.
_MOST = {"linear": 20, "logistic": 10}
_REMEDY = "Pass n_resamples, and read the interval at the level of the fit."


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DriverWeight:
    """The part of R-squared that belongs to one driver.

    Attributes
    ----------
    name
        The column, or the name of a group of columns.
    weight
        Its part of R-squared. A weight has no sign: whether the driver raises or lowers
        the outcome is in ``importance_performance`` and ``penalty_reward``.
    resampled
        Bootstrap interval of the weight; None without resampling.
    best_share
        Share of the resamples in which it has the largest weight; None without
        resampling.
    above_noise
        Whether the lower end of the interval is above the noise floor; None without
        resampling.
    """

    name: str
    weight: float
    resampled: Interval | None = None
    best_share: float | None = None
    above_noise: bool | None = None

    def interval(self, *, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the weight.

        Parameters
        ----------
        level
            None for the level at which the fit was resampled.

        Returns
        -------
        Interval
            The percentile interval.

        Raises
        ------
        NotEnoughDataError
            If the fit was not resampled, or at another level.
        """
        return resampled_interval_of(self.resampled, level, remedy=_REMEDY)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DriverWeights(JsonResult):
    """R-squared of a regression, divided among its drivers.

    Attributes
    ----------
    drivers
        One weight per driver, in the order given; they sum to ``r_squared``.
    method, model
        How R-squared was divided, and the regression (McFadden's R-squared in a
        logistic one).
    r_squared
        Share of the variance that all drivers explain together.
    noise_floor
        The weight that a column of pure noise stays below in 95% of the resamples; None
        without resampling.
    n_responses, incomplete
        Number of rows used, and of rows with a missing answer, left out.
    """

    drivers: tuple[DriverWeight, ...]
    method: DriverMethod
    model: DriverModel
    r_squared: float
    n_responses: int
    incomplete: int
    noise_floor: float | None = None

    @property
    def importance(self) -> dict[str, float]:
        """Weights as shares of R-squared, which sum to 1."""
        if self.r_squared <= NOTHING:
            return {driver.name: 1 / len(self.drivers) for driver in self.drivers}
        return {driver.name: driver.weight / self.r_squared for driver in self.drivers}


@typed
def fit_driver_weights(
    responses: IntoDataFrame,
    *,
    driver_cols: Sequence[str] | Mapping[str, Sequence[str]],
    outcome_col: str,
    method: DriverMethod = "shapley",
    model: DriverModel = "linear",
    customer_id_col: str | None = None,
    n_resamples: int = 0,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> DriverWeights:
    """Divide the explained variance of an outcome among its drivers.

    The weights describe association; they do not tell what a change of a driver would
    cause.

    Parameters
    ----------
    responses
        One row per answer. Rows with a missing answer are counted and left out. The
        order of the rows does not change the result, to the last bit.
    driver_cols
        The columns, or named groups of columns that share one weight (the levels of a
        category, the questions of a factor).
    outcome_col
        The outcome: overall satisfaction, or 0 and 1 in a logistic model (promoter or
        not, stayed or not).
    method
        ``"shapley"``: the mean gain over all orders of entry (Lindeman, Merenda and
        Gold 1980), exact, at most 20 drivers (10 in a logistic model); ``"johnson"``:
        relative weights, a fast approximation (2000); ``"pratt"``: beta times
        correlation (1987), linear only, where a weight may be negative and then has no
        meaning.
    model
        ``"linear"`` or ``"logistic"``.
    customer_id_col
        The customer of each answer; resampling then draws customers.
    n_resamples
        Number of bootstrap resamples; 0 for none. 200 are enough for a first look, 2000
        for publication.
    level
        Level of the percentile intervals.
    rng
        The source of randomness, required for resampling.
    progress
        Is called with the number of resamples done and of all, or without resamples of
        the sets of drivers in a logistic model; None for silence.

    Returns
    -------
    DriverWeights
        Weights that sum to R-squared, with their intervals.

    Raises
    ------
    InvalidValueError
        If there are too many drivers, or the outcome of a logistic model is not 0 or 1.
    NotEnoughDataError
        If there are fewer rows than drivers, or a column does not vary.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> speed, price = rng.integers(1, 11, size=(2, 300))
    >>> answers = pd.DataFrame({
    ...     "speed": speed, "price": price,
    ...     "overall": 0.8 * speed + 0.2 * price + rng.normal(0, 1, 300),
    ... })
    >>> weights = fit_driver_weights(
    ...     answers, driver_cols=["speed", "price"], outcome_col="overall"
    ... )
    >>> weights.r_squared, weights.importance
    (0.86, {'speed': 0.93, 'price': 0.07})
    """
    one_of("method", method, _METHODS)
    one_of("model", model, _MODELS)
    count = whole("n_resamples", n_resamples, at_most=MOST_REPEATS)
    inside = fraction("level", level)
    if count or rng is not None:
        random_source(rng)
    groups = _groups(driver_cols)
    _require_supported(groups, method, model)
    columns = [name for names in groups.values() for name in names]
    used = [
        *columns,
        outcome_col,
        *([customer_id_col] if customer_id_col is not None else []),
    ]
    frame = read_eager(responses, used)
    values = items(frame, [*columns, outcome_col], None)
    kept = complete_rows(values, at_least=len(columns) + 2)
    cluster = clusters_of(frame, customer_id_col, kept)
    data = values[kept]
    # Sorted by content, so that sums and draws do not depend on the order of the rows;
    # without ids each row is a customer, numbered in this new order.
    order = np.lexsort(
        (*data.T, cluster if customer_id_col is not None else np.zeros(len(data)))
    )
    data, cluster = (
        data[order],
        cluster[order] if customer_id_col is not None else cluster,
    )
    _require_varying([*columns, outcome_col], data)
    if model == "logistic":
        _require_binary(outcome_col, data[:, -1])
    sizes = [len(names) for names in groups.values()]
    divide = driver_weights_of(method, model)
    # Without resamples the sets of drivers are the long work: each is a model to fit.
    whole_data: Divide = (
        partial(shapley_logistic, through=partial(told, progress=progress))
        if divide is shapley_logistic and not count
        else divide
    )
    weights = whole_data(data, np.ones(len(data)), sizes)
    plain = DriverWeights(
        drivers=tuple(
            DriverWeight(name=name, weight=weight)
            for name, weight in zip(groups, weights.tolist(), strict=True)
        ),
        method=method,
        model=model,
        r_squared=float(weights.sum()),
        n_responses=len(data),
        incomplete=int((~kept).sum()),
    )
    if not count:
        return plain
    draws = _resampled(
        data,
        sizes,
        divide,
        cluster=cluster,
        turns=told(range(count), progress),
        rng=random_source(rng),
    )
    return _with_uncertainty(plain, draws, inside)


def _groups(
    driver_cols: Sequence[str] | Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    if isinstance(driver_cols, Mapping):
        named = [
            (name, tuple(names_given("driver_cols", columns)))
            for name, columns in driver_cols.items()
        ]
    else:
        named = [(name, (name,)) for name in names_given("driver_cols", driver_cols)]
    columns = [column for _, group in named for column in group]
    if not columns or len(set(columns)) < len(columns):
        found = "a column named twice" if columns else "no column"
        raise _bad(argument="driver_cols", found=found, remedy="Name each driver once.")
    return dict(named)


def _bad(*, argument: str, found: str, remedy: str) -> InvalidValueError:
    subject = f"argument {argument!r}"
    return InvalidValueError(subject=subject, found=found, remedy=remedy)


def _require_supported(
    groups: Mapping[str, Sequence[str]], method: DriverMethod, model: DriverModel
) -> None:
    if method == "pratt" and model == "logistic":
        found, remedy = "'pratt' in a logistic model", "Choose 'shapley' or 'johnson'."
        raise _bad(argument="method", found=found, remedy=remedy)
    if method == "shapley" and len(groups) > _MOST[model]:
        found = f"{len(groups)} drivers, more than {_MOST[model]}"
        remedy = "Combine them into groups, or use method='johnson'."
        raise _bad(argument="driver_cols", found=found, remedy=remedy)


def _require_varying(columns: Sequence[str], data: FloatArray) -> None:
    for name, spread in zip(columns, np.ptp(data, axis=0).tolist(), strict=True):
        if spread == 0:
            raise NotEnoughDataError(
                needed=f"different answers in column {name!r}",
                got="the same answer in every complete row",
                remedy="Leave the column out.",
            )


def _require_binary(column: str, y: FloatArray) -> None:
    if not np.isin(y, (0.0, 1.0)).all():
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="value other than 0 or 1",
            remedy="Code the outcome as 0 and 1, or use model='linear'.",
        )


def _resampled(
    data: FloatArray,
    sizes: Sequence[int],
    divide: Divide,
    *,
    cluster: IntArray,
    turns: Iterable[int],
    rng: np.random.Generator,
) -> FloatArray:
    """Return the weights of each resample; the last column belongs to pure noise."""

    def once(drawn: IntArray) -> FloatArray:
        w = drawn[cluster].astype(np.float64)
        noise = rng.normal(size=len(data))
        with_noise = np.column_stack([data[:, :-1], noise, data[:, -1]])
        weights = divide(data, w, sizes)
        return np.append(weights, divide(with_noise, w, [*sizes, 1])[-1])

    return intervals.bootstrap(
        once, units=int(cluster.max()) + 1, resamples=turns, rng=rng
    )


def _with_uncertainty(
    plain: DriverWeights, draws: FloatArray, level: float
) -> DriverWeights:
    lower, upper = intervals.percentile_interval(draws[:, :-1], level=level)
    floor = float(np.quantile(draws[:, -1], 0.95))
    best = np.bincount(draws[:, :-1].argmax(axis=1), minlength=len(plain.drivers))
    sure = tuple(
        DriverWeight(
            name=driver.name,
            weight=driver.weight,
            resampled=Interval(lower=low, upper=high, level=level),
            best_share=share,
            above_noise=low > floor,
        )
        for driver, low, high, share in zip(
            plain.drivers,
            lower.tolist(),
            upper.tolist(),
            (best / len(draws)).tolist(),
            strict=True,
        )
    )
    return replace(plain, drivers=sure, noise_floor=floor)
