"""Which of the things customers rate drives how they feel, and by how much."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of, random_source, whole
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import intervals
from ...kernels.survey import driver_weights
from ...typing import FloatArray, IntArray, IntoDataFrame
from ..answers import column_names
from ..item_columns import complete_rows, items
from ..promoter_score.weighted_nps import clusters_of
from .logistic_drivers import johnson_logistic, shapley_logistic

__all__ = [
    "NOTHING",
    "DriverMethod",
    "DriverModel",
    "DriverWeight",
    "DriverWeights",
    "driver_weights_of",
    "fit_driver_weights",
]

DriverMethod: TypeAlias = Literal["shapley", "johnson", "pratt"]
DriverModel: TypeAlias = Literal["linear", "logistic"]
_METHODS: tuple[DriverMethod, ...] = ("shapley", "johnson", "pratt")
_MODELS: tuple[DriverModel, ...] = ("linear", "logistic")
NOTHING = 1e-12  # an R-squared that only rounding is left of
_MOST = {"linear": 20, "logistic": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DriverWeight:
    """One driver's part of what is explained.

    Attributes
    ----------
    name
        The column, or the name of a group of columns.
    weight
        Its part of R-squared.
    lower, upper
        Bootstrap interval of the weight; None without resamples.
    best_share
        Share of the resamples in which it weighs most; None without resamples.
    above_noise
        Whether its lower end is above what a column of pure noise reaches; None without
        resamples.
    """

    name: str
    weight: float
    lower: float | None = None
    upper: float | None = None
    best_share: float | None = None
    above_noise: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DriverWeights:
    """R-squared, divided among the drivers.

    Attributes
    ----------
    drivers
        In the order given; their weights sum to ``r_squared``.
    method, model
        How it was divided, and of which regression (McFadden's R-squared in a logistic
        one).
    r_squared
        What all drivers explain together.
    noise_floor
        The weight that a column of pure noise stays below in 95 of 100 resamples; None
        without resamples.
    level
        Of the intervals; None without resamples.
    n, incomplete
        Rows used, and rows with a hole, left out.
    """

    drivers: tuple[DriverWeight, ...]
    method: DriverMethod
    model: DriverModel
    r_squared: float
    n: int
    incomplete: int
    noise_floor: float | None = None
    level: float | None = None

    @property
    def importance(self) -> dict[str, float]:
        """Weights as shares of what is explained, summing to 1."""
        if self.r_squared <= NOTHING:
            return {driver.name: 1 / len(self.drivers) for driver in self.drivers}
        return {driver.name: driver.weight / self.r_squared for driver in self.drivers}

    def to_dict(self) -> dict[str, object]:
        """Return the weights as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "DriverWeights":
        """Build the weights from their JSON document."""
        return from_document(cls, document)


def fit_driver_weights(
    responses: IntoDataFrame,
    *,
    driver_cols: Sequence[str] | Mapping[str, Sequence[str]],
    outcome_col: str,
    method: DriverMethod = "shapley",
    model: DriverModel = "linear",
    customer_id_col: str | None = None,
    resamples: int = 0,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> DriverWeights:
    """Divide what is explained of an outcome among its drivers.

    The weights describe what goes together with the outcome; they are not what a change
    would cause.

    Parameters
    ----------
    responses
        One row per answer. Rows with a hole are counted and left out.
    driver_cols
        The columns, or named groups of columns that share one weight (the levels of a
        category, the items of a factor).
    outcome_col
        What is driven: overall satisfaction, or 0 and 1 in a logistic model (promoter
        or not, stayed or not).
    method
        ``"shapley"``: the mean gain over all orders of entry (Lindeman, Merenda and
        Gold 1980), exact, at most 20 drivers (10 in a logistic model); ``"johnson"``: a
        close and fast relative (2000); ``"pratt"``: beta times correlation (1987),
        linear only. Beware of Pratt: a weight may be negative, and then means nothing.
    model
        ``"linear"`` or ``"logistic"``.
    customer_id_col
        Who answered, when somebody did twice: resamples draw customers.
    resamples
        How many bootstrap resamples; 0 for none. 200 give a first idea, 2000 print.
    level
        Of the percentile intervals.
    rng
        The source of chance; needed with resamples.

    Returns
    -------
    DriverWeights
        Weights that sum to R-squared, and how sure they are.

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
    count = whole("resamples", resamples)
    if count or rng is not None:
        random_source(rng)
    groups = _groups(driver_cols)
    _require_supported(groups, method, model)
    columns = [name for names in groups.values() for name in names]
    used = [*columns, outcome_col, *([customer_id_col] if customer_id_col else [])]
    frame = read_eager(responses, used)
    values = items(frame, [*columns, outcome_col], None)
    kept = complete_rows(values, at_least=len(columns) + 2)
    data = values[kept]
    _require_varying([*columns, outcome_col], data)
    if model == "logistic":
        _require_binary(outcome_col, data[:, -1])
    sizes = [len(names) for names in groups.values()]
    divide = driver_weights_of(method, model)
    weights = divide(data, np.ones(len(data)), sizes)
    plain = DriverWeights(
        drivers=tuple(
            DriverWeight(name=name, weight=weight)
            for name, weight in zip(groups, weights.tolist(), strict=True)
        ),
        method=method,
        model=model,
        r_squared=float(weights.sum()),
        n=len(data),
        incomplete=int((~kept).sum()),
    )
    if not count:
        return plain
    draws = _resampled(
        data,
        sizes,
        divide,
        cluster=clusters_of(frame, customer_id_col, kept),
        resamples=count,
        rng=random_source(rng),
    )
    return _with_uncertainty(plain, draws, fraction("level", level))


Divide: TypeAlias = Callable[[FloatArray, FloatArray, Sequence[int]], FloatArray]


def driver_weights_of(method: DriverMethod, model: DriverModel) -> Divide:
    """Return the function that divides R-squared: data, weights, sizes of groups."""
    if model == "logistic":
        return shapley_logistic if method == "shapley" else johnson_logistic
    return {"shapley": _shapley, "johnson": _johnson, "pratt": _pratt}[method]


def _shapley(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    R = driver_weights.correlations(data, w)
    return driver_weights.shapley(driver_weights.subset_r_squared(R, sizes))


def _johnson(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    each = driver_weights.johnson(driver_weights.correlations(data, w))
    return _by_group(each, sizes)


def _pratt(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    R = driver_weights.correlations(data, w)
    if np.linalg.cond(R[:-1, :-1]) > 1 / np.finfo(float).eps:
        raise NotEnoughDataError(
            needed="drivers that are no combination of one another",
            got="a driver that others determine",
            remedy="Leave it out, or use method='shapley'.",
        )
    return _by_group(driver_weights.pratt(R), sizes)


def _by_group(each: FloatArray, sizes: Sequence[int]) -> FloatArray:
    return np.add.reduceat(each, np.cumsum([0, *sizes[:-1]]))


def _groups(
    driver_cols: Sequence[str] | Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    if isinstance(driver_cols, Mapping):
        named = [
            (name, column_names("driver_cols", columns))
            for name, columns in driver_cols.items()
        ]
    else:
        named = [(name, (name,)) for name in column_names("driver_cols", driver_cols)]
    columns = [column for _, group in named for column in group]
    if not columns or len(set(columns)) < len(columns):
        raise InvalidValueError(
            subject="argument 'driver_cols'",
            found="a column named twice" if columns else "no column",
            remedy="Name every driver once.",
        )
    return dict(named)


def _require_supported(
    groups: Mapping[str, Sequence[str]], method: DriverMethod, model: DriverModel
) -> None:
    if method == "pratt" and model == "logistic":
        raise InvalidValueError(
            subject="argument 'method'",
            found="'pratt' in a logistic model",
            remedy="Choose 'shapley' or 'johnson'.",
        )
    if method == "shapley" and len(groups) > _MOST[model]:
        raise InvalidValueError(
            subject="argument 'driver_cols'",
            found=f"{len(groups)} drivers, more than {_MOST[model]}",
            remedy="Put them into groups, or use method='johnson'.",
        )


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
            found="outcome other than 0 and 1",
            remedy="A logistic model needs 0 and 1; or use model='linear'.",
        )


def _resampled(
    data: FloatArray,
    sizes: Sequence[int],
    divide: Divide,
    *,
    cluster: IntArray,
    resamples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the weights of each resample; the last column is pure noise's."""

    def once(drawn: IntArray) -> FloatArray:
        w = drawn[cluster].astype(np.float64)
        noise = rng.normal(size=len(data))
        with_noise = np.column_stack([data[:, :-1], noise, data[:, -1]])
        weights = divide(data, w, sizes)
        return np.append(weights, divide(with_noise, w, [*sizes, 1])[-1])

    return intervals.bootstrap(
        once, units=int(cluster.max()) + 1, resamples=resamples, rng=rng
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
            lower=low,
            upper=high,
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
    return replace(plain, drivers=sure, noise_floor=floor, level=level)
