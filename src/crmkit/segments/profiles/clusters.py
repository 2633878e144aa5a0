"""Segments found by k-means, with the evidence for their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._check import MOST_REPEATS, listed, names_given, random_source, typed, whole
from ..._frames import (
    EagerFrame,
    native,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
    with_arrays,
)
from ...errors import InvalidValueError, MissingExtraError, NotEnoughDataError
from ...fits import JsonResult, checked, told
from ...kernels.groups.rand_index import adjusted_rand
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoDataFrameT, Progress

__all__ = ["ClusterTrial", "Clusters", "fit_clusters"]

_SHOWN = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ClusterTrial:
    """How good one number of clusters is.

    Attributes
    ----------
    n_clusters
        The number tried.
    silhouette
        How much nearer customers are to their own cluster than to the next, from -1
        to 1.
    stability
        How far the clusters found in two halves of the base agree on all customers:
        the mean adjusted Rand index, 1 if they are the same each time.
    """

    n_clusters: int
    silhouette: float
    stability: float


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Clusters(JsonResult):
    """Segments found by k-means: their centres, in the units of the columns.

    Attributes
    ----------
    value_cols
        The columns they were found in.
    centres
        A row per cluster, the largest first: its mean customer, in original units.
    n_customers
        Number of customers of each cluster in the fit.
    spread
        The standard deviation by which each column was divided.
    trials
        How good each number of clusters tried is.
    """

    value_cols: tuple[str, ...]
    centres: tuple[tuple[float, ...], ...]
    n_customers: tuple[int, ...]
    spread: tuple[float, ...]
    trials: tuple[ClusterTrial, ...]

    def __str__(self) -> str:
        """Read as a small table: a line per cluster, then a line per number tried."""
        names = ("cluster", "customers", *self.value_cols)
        rows = [
            (f"{at}", f"{size:,}", *(f"{value:,.5g}" for value in centre))
            for at, (size, centre) in enumerate(
                zip(self.n_customers, self.centres, strict=True), start=1
            )
        ]
        wide = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, wide, strict=True))
            for row in (names, *rows)
        ]
        lines += [
            f"{trial.n_clusters} clusters: silhouette {trial.silhouette:.2f}, "
            f"stability {trial.stability:.2f}"
            for trial in self.trials
        ]
        return "\n".join(lines)

    @typed
    def with_cluster(
        self, customers: IntoDataFrameT, *, output_col: str = "cluster"
    ) -> IntoDataFrameT:
        """Add the number of each customer's nearest cluster; 1 is the largest.

        Parameters
        ----------
        customers
            One row per customer, in memory.
        output_col
            The column to write.

        Returns
        -------
        The same rows with one more column.

        Raises
        ------
        InvalidValueError
            If a value is missing or infinite.
        """
        frame = read_eager(customers, self.value_cols)
        values = _matrix(frame, self.value_cols) / np.array(self.spread)
        centres = np.array(self.centres) / np.array(self.spread)
        nearest = _nearest(values, centres)
        return native(with_arrays(frame, {output_col: nearest + 1}), customers)


@typed
def fit_clusters(
    customers: IntoDataFrame,
    *,
    value_cols: str | Sequence[str],
    rng: np.random.Generator,
    n_clusters: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    n_resamples: int = 10,
    stable_from: float = 0.8,
    progress: Progress | None = None,
) -> Clusters:
    """Find segments of similar customers by k-means, and measure how stable they are.

    Each column is divided by its standard deviation; take logarithms of skewed money
    first. Among the numbers of clusters that come out the same in both halves of the
    base, the one with the best silhouette is chosen; if none is stable, the most
    stable one, and ``trials`` shows it.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    value_cols
        The numbers by which customers are compared.
    rng
        A source of randomness, for the starts and for the halves.
    n_clusters
        The numbers of clusters to try.
    n_resamples
        Number of pairs of halves by which stability is judged.
    stable_from
        The stability from which a number of clusters is accepted.
    progress
        Is called with the number of trials done and of all; None for silence.

    Returns
    -------
    The centres in original units, with ``with_cluster`` to apply them.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    InvalidValueError
        If a value is missing or infinite, or a column has one value for all
        customers.
    NotEnoughDataError
        If there are too few customers, or too few different ones, for the largest
        number of clusters.

    Notes
    -----
    K-means finds clusters in any data, even if there are none: a silhouette near 0 or
    a stability far below 1 shows that the cuts are arbitrary. Named rules, such as
    value tiers and RFM segments, mean the same next year; clusters may not.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "orders": [1, 2, 1, 2] * 5 + [20, 21, 20, 22] * 5,
    ...     "basket": [9.0, 8.0, 8.5, 9.5] * 5 + [30.0, 31.0, 29.0, 30.0] * 5,
    ... })
    >>> found = ck.segments.fit_clusters(
    ...     customers, value_cols=["orders", "basket"], n_clusters=(2, 3),
    ...     rng=np.random.default_rng(1),
    ... )
    >>> len(found.centres), sorted(centre[0] for centre in found.centres)
    (2, [1.5, 20.75])
    """
    each = listed("n_clusters", n_clusters)
    tried = tuple(dict.fromkeys(whole("n_clusters", k, at_least=2) for k in each))
    pairs = whole("n_resamples", n_resamples, at_least=1, at_most=MOST_REPEATS)
    source = random_source(rng)
    read = tuple(names_given("value_cols", value_cols))
    values = _matrix(read_eager(customers, read), read)
    # In one order, so that the same seed starts from and halves the same customers.
    values = values[np.lexsort(values.T[::-1])]
    kind = np.unique(values, axis=0, return_inverse=True)[1].ravel()
    _require_enough(kind, tried)
    with np.errstate(over="ignore", invalid="ignore"):
        spread = values.std(axis=0)
    _require_spread(read, spread)
    scaled = values / spread
    trials = tuple(
        _trial(scaled, kind, k, pairs, source) for k in told(tried, progress)
    )
    believed = [t for t in trials if t.stability >= stable_from]
    if believed:
        best = max(believed, key=lambda trial: trial.silhouette)
    else:
        best = max(trials, key=lambda trial: trial.stability)
    labels, centres = _k_means(scaled, kind, best.n_clusters, source)
    sizes = np.bincount(labels, minlength=best.n_clusters)
    order = np.argsort(-sizes, kind="stable")
    return Clusters(
        value_cols=read,
        centres=tuple(tuple(row) for row in (centres[order] * spread).tolist()),
        n_customers=tuple(sizes[order].tolist()),
        spread=tuple(spread.tolist()),
        trials=trials,
    )


def _trial(
    scaled: FloatArray, kind: IntArray, k: int, pairs: int, rng: np.random.Generator
) -> ClusterTrial:
    labels, _ = _k_means(scaled, kind, k, rng)
    agreed = [_agreement(scaled, kind, k, rng) for _ in range(pairs)]
    return ClusterTrial(
        n_clusters=k,
        silhouette=_silhouette(scaled, labels, rng),
        stability=float(np.mean(agreed)),
    )


def _agreement(
    scaled: FloatArray, kind: IntArray, k: int, rng: np.random.Generator
) -> float:
    """Cluster two halves separately, and compare their clusters of all customers."""
    order = rng.permutation(len(scaled))
    middle = len(scaled) // 2
    halves = order[:middle], order[middle:]
    found = (_k_means(scaled[half], kind[half], k, rng, starts=3)[1] for half in halves)
    said = [_nearest(scaled, centres) for centres in found]
    return adjusted_rand(said[0], said[1])


def _k_means(
    scaled: FloatArray,
    kind: IntArray,
    k: int,
    rng: np.random.Generator,
    *,
    starts: int = 10,
) -> tuple[IntArray, FloatArray]:
    # Half a base can hold fewer different customers than clusters are asked for.
    most = min(k, np.count_nonzero(np.bincount(kind)))
    learner = _sklearn("cluster").KMeans(
        n_clusters=most, n_init=starts, random_state=int(rng.integers(2**31))
    )
    # Twenty thousand customers are a few milliseconds of work per pass: threads wait
    # for one another longer than they work, on a busy machine ten times as long.
    with _sklearn("threadpoolctl").threadpool_limits(limits=1):
        fitted = learner.fit(scaled)
    labels = np.asarray(fitted.labels_, dtype=np.int64)
    return labels, np.asarray(fitted.cluster_centers_, dtype=np.float64)


def _silhouette(
    scaled: FloatArray, labels: IntArray, rng: np.random.Generator
) -> float:
    # The silhouette compares all pairs: a sample keeps a large base in memory.
    shown = scaled, labels
    if len(scaled) > _SHOWN:
        some = rng.choice(len(scaled), size=_SHOWN, replace=False)
        shown = scaled[some], labels[some]
    if len(np.unique(shown[1])) < 2:
        return 0.0
    with _sklearn("threadpoolctl").threadpool_limits(limits=1):
        return float(_sklearn("metrics").silhouette_score(*shown))


def _sklearn(module: str) -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    try:
        import threadpoolctl  # noqa: PLC0415 - scikit-learn requires it
        from sklearn import cluster, metrics  # noqa: PLC0415 - the extra "learn"
    except ImportError:
        raise MissingExtraError(package="scikit-learn", extra="learn") from None
    return {"cluster": cluster, "metrics": metrics, "threadpoolctl": threadpoolctl}[
        module
    ]


def _nearest(values: FloatArray, centres: FloatArray) -> IntArray:
    distance = np.column_stack([((values - c) ** 2).sum(axis=1) for c in centres])
    return np.asarray(distance.argmin(axis=1), dtype=np.int64)


def _matrix(frame: EagerFrame, columns: tuple[str, ...]) -> FloatArray:
    require_numbers(frame, columns)
    refuse(frame, [rule for name in columns for rule in number_rules(frame, name)])
    return np.column_stack([numbers(frame, name) for name in columns])


def _require_enough(kind: IntArray, tried: tuple[int, ...]) -> None:
    most = max(tried, default=0)
    if not tried or len(kind) <= 2 * most:
        raise NotEnoughDataError(
            needed=f"a number of clusters to try, and more than {2 * most} customers",
            got=f"{len(kind)} customers",
            remedy="Try fewer clusters, or pass more customers.",
        )
    different = int(kind.max()) + 1
    if different < most:
        raise NotEnoughDataError(
            needed=f"at least {most} different customers",
            got=f"{different}",
            remedy="Try fewer clusters, or more columns by which customers differ.",
        )


def _require_spread(columns: Sequence[str], spread: FloatArray) -> None:
    for name, wide in zip(columns, spread.tolist(), strict=True):
        if not np.isfinite(wide):
            raise InvalidValueError(
                subject=f"column {name!r}",
                found="values whose squares exceed the largest number a computer holds",
                remedy="Divide the column by a large number first.",
            )
        if not wide > 0:
            raise InvalidValueError(
                subject=f"column {name!r}",
                found="the same value for all customers",
                remedy="Leave it out: it does not distinguish customers.",
            )
