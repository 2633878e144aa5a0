"""Cut RFM scores once: on each axis alone, one within the other, or in equal groups."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..._check import MOST_REPEATS, instance, one_of, whole
from ..._frames import Frame, collect, numbers, nw, value_histograms
from ...errors import NotEnoughDataError
from ...kernels.groups import lorenz, rfm_scores
from ...kernels.groups.rfm_scores import RULES, Rule
from ...typing import HISTORY, FloatArray, HistoryColumns, IntArray, IntoFrame, Missing
from ..concentration.holdings import held_values
from .ntile_scores import ID, ntile_cuts, require_ids_once, with_text_ids
from .rfm_columns import RfmColumns
from .rfm_scores import Method, RfmScores

__all__ = ["fit_rfm_scores", "open_and_cut"]

_SIGNS = (-1, 1, 1)  # a shorter inactivity is better


def fit_rfm_scores(
    customers: IntoFrame,
    *,
    method: Method = "independent",
    bins: int = 5,
    rule: Rule = "strict",
    columns: HistoryColumns = HISTORY,
    inactivity_col: str | None = None,
    monetary_col: str = "total_amount",
    missing: Missing = "error",
) -> RfmScores:
    """Learn the value from which each RFM score is earned; the result is frozen.

    Each axis is scored by rank, from 1 to ``bins``, and more is better: for recency,
    the shorter the inactivity. Except with ``"ntile"``, customers of equal value have
    equal scores, so the order of rows does not matter.

    If most customers bought once, they all have frequency score 1, and with the strict
    rule a single repeat purchase earns the highest score: print the result, or read
    its ``empty_scores``, and consider ``rule="spread"``.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` returns. Of a lazy
        frame, the distinct combinations of three columns are fetched, and of more than
        a million rows only values around the cuts; for nested and ntile scores, the
        three columns, and for ntile the id.
    method
        ``"independent"``: each axis is cut on its own. ``"nested"`` (Hughes):
        frequency is cut within each recency score, and money within both, so that the
        cells are of nearly equal size; the same frequency can then earn different
        scores. ``"ntile"``: as many customers in each score, as SQL and R make them,
        with ties split by the id.
    bins
        Number of scores per axis.
    rule
        Which score equal customers have, for independent and nested scores.
        ``"strict"``: by the share of customers strictly below; ``"upper"``: by the
        share at or below; ``"midrank"``: by the middle of the two. ``"spread"``: as
        strict, except that a crowd at the lowest value that is larger than the share
        of one score has score 1 and the other customers are ranked among themselves,
        which leaves fewer scores empty.
    columns
        The columns of the purchase history, as :func:`crmkit.rfm_summary` names them.
        Ntile scores also read ``customer_id``, compared as text: ``"10"`` is sorted
        before ``"9"``.
    inactivity_col
        The column of the time since the last purchase; None computes it as
        ``T - recency``.
    monetary_col
        The column of money.
    missing
        ``"error"`` refuses missing values; with ``"keep"``, customers of whom a
        number is missing are left out of the fit.

    Returns
    -------
    The bounds, which are values that customers have, and how many customers earned
    each score.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or recency is above T; for ntile scores, if
        an id is missing or has two rows.
    InvalidTypeError
        If the ids for ntile scores are neither text nor whole numbers.
    NotEnoughDataError
        If there are no customers.

    Notes
    -----
    With F-(x) the share of customers strictly below x, the strict score is
    ``1 + floor(bins F-(x))``.

    Ntile scores treat equal customers unequally: of two customers who differ only in
    their id, the one whose id is sorted later can score higher. Use them for groups
    that must have equal size, such as the arms of a test.

    References
    ----------
    Hughes (1994), Strategic Database Marketing. ISO/IEC 9075 (SQL), the window
    function NTILE.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cat", "dan"],
    ...     "inactivity": [5.0, 90.0, 30.0, 400.0],
    ...     "frequency": [7, 0, 0, 0],
    ...     "total_amount": [900.0, 40.0, 60.0, 40.0],
    ... })
    >>> scores = ck.segments.fit_rfm_scores(
    ...     customers, bins=2, inactivity_col="inactivity"
    ... )
    >>> scores.recency_bounds, scores.frequency_bounds, scores.monetary_bounds
    ((30.0,), (7.0,), (60.0,))
    >>> scores.with_rfm_scores(customers)["rfm_cell"].to_list()
    ['222', '111', '212', '111']
    >>> equal = ck.segments.fit_rfm_scores(
    ...     customers, method="ntile", bins=2, inactivity_col="inactivity"
    ... )
    >>> equal.with_rfm_scores(customers)["f_score"].to_list()
    [2, 1, 1, 2]
    """
    instance("columns", columns, HistoryColumns)
    read_from = RfmColumns(
        history=columns, inactivity_col=inactivity_col, monetary_col=monetary_col
    )
    _opened, scores = open_and_cut(
        customers, read_from, method=method, bins=bins, rule=rule, missing=missing
    )
    return scores


def open_and_cut(
    customers: object,
    read_from: RfmColumns,
    *,
    method: Method,
    bins: int,
    rule: Rule,
    missing: Missing,
) -> tuple[Frame, RfmScores]:
    """Open and check the columns, and cut the scores; the frame can be scored next."""
    one_of("method", method, ("independent", "nested", "ntile"))
    one_of("rule", rule, tuple(RULES))
    count = whole("bins", bins, at_least=2, at_most=MOST_REPEATS)
    ids = [read_from.history.customer_id] if method == "ntile" else []
    opened, n_rows = read_from.open(customers, missing=missing, with_ids=ids)
    known = read_from.known(opened) if missing == "keep" else opened
    if method == "independent":
        return opened, _independent(known, n_rows, read_from, count, rule)
    if method == "nested":
        return opened, _nested(known, read_from, count, rule)
    return opened, _ntile(known, read_from, count)


def _independent(
    frame: Frame, n_rows: int, read_from: RfmColumns, bins: int, rule: Rule
) -> RfmScores:
    bounds, counted = [], []
    fetched = _fetched(frame, n_rows, read_from.ranked, bins, rule)
    for column, sign, values in zip(read_from.ranked, _SIGNS, fetched, strict=True):
        held = held_values(*values, column)
        value, count = lorenz.tie_groups(held.value, held.weight)
        ascending, weight = _rising(value, count, sign)
        bounds.append(rfm_scores.cuts(ascending, weight, bins, rule))
        counted.append(_counted(rfm_scores.scored(bounds[-1], ascending), weight, bins))
    return _scores(bounds, tuple(counted), read_from)


def _fetched(
    frame: Frame, n_rows: int, columns: Sequence[str], bins: int, rule: Rule
) -> list[tuple[FloatArray, FloatArray]]:
    """Fetch the values of each axis, and how many customers hold each."""
    if isinstance(frame, nw.LazyFrame):
        cuts = [partial(_bounds, sign=sign, bins=bins, rule=rule) for sign in _SIGNS]
        return value_histograms(frame, list(zip(columns, cuts, strict=True)), n_rows)
    values = [numbers(frame, column) for column in columns]
    return [(each, np.broadcast_to(np.float64(1.0), each.shape)) for each in values]


def _bounds(
    value: FloatArray, count: FloatArray, *, sign: int, bins: int, rule: Rule
) -> FloatArray:
    return sign * rfm_scores.cuts(*_rising(value, count, sign), bins, rule)


def _rising(
    value: FloatArray, count: FloatArray, sign: int
) -> tuple[FloatArray, FloatArray]:
    """Sort descending values by the score that they earn."""
    # Descending values are ascending once their sign is turned.
    return (-value, count) if sign < 0 else (value[::-1], count[::-1])


def _nested(frame: Frame, read_from: RfmColumns, bins: int, rule: Rule) -> RfmScores:
    rows = collect(frame.select(*dict.fromkeys(read_from.ranked)))
    if not len(rows):
        raise NotEnoughDataError(
            needed="at least 1 customer to learn the scores from",
            got="0",
            remedy="Pass a frame with at least one customer.",
        )
    inactivity, often, much = (numbers(rows, name) for name in read_from.ranked)
    every = np.zeros(inactivity.size, dtype=np.int64)
    axes = (-inactivity, often, much)
    bounds = [rfm_scores.nested_cuts(axis, every, 1, bins, rule)[0] for axis in axes]
    r = rfm_scores.scored(bounds[0], axes[0]) - 1
    frequency = rfm_scores.nested_cuts(often, r, bins, bins, rule)
    f = rfm_scores.scored_within(frequency, r, often) - 1
    cell = r * bins + f
    monetary = rfm_scores.nested_cuts(much, cell, bins**2, bins, rule)
    m = rfm_scores.scored_within(monetary, cell, much) - 1
    ones = np.ones(r.size)
    return _scores(
        bounds,
        tuple(_counted(score + 1, ones, bins) for score in (r, f, m)),
        read_from,
        frequency_within=tuple(tuple(row) for row in frequency.tolist()),
        monetary_within=tuple(tuple(row) for row in monetary.tolist()),
    )


def _ntile(frame: Frame, read_from: RfmColumns, bins: int) -> RfmScores:
    id_col = read_from.history.customer_id
    named = with_text_ids(frame, id_col)
    rows = collect(named.select(ID, *dict.fromkeys(read_from.ranked)))
    ids = np.array(rows[ID].to_list(), dtype=np.str_)
    require_ids_once(ids, id_col)
    found = [
        ntile_cuts(sign * numbers(rows, name), ids, bins)
        for name, sign in zip(read_from.ranked, _SIGNS, strict=True)
    ]
    starts = [0, *rfm_scores.ntile_starts(ids.size, bins).tolist(), ids.size]
    return _scores(
        [bounds for bounds, _ in found],
        (tuple(np.diff(starts).tolist()),) * 3,
        read_from,
        tie_ids=tuple(keys for _, keys in found),
    )


def _counted(score: IntArray, weight: FloatArray, bins: int) -> tuple[int, ...]:
    counted = np.bincount(score - 1, weights=weight, minlength=bins)
    return tuple(counted.astype(np.int64).tolist())


def _scores(
    bounds: list[FloatArray],
    n_customers: tuple[tuple[int, ...], ...],
    read_from: RfmColumns,
    *,
    frequency_within: tuple[tuple[float, ...], ...] = (),
    monetary_within: tuple[tuple[float, ...], ...] = (),
    tie_ids: tuple[tuple[str, ...], ...] = (),
) -> RfmScores:
    recency, frequency, monetary = bounds
    return RfmScores(
        recency_bounds=tuple((-recency).tolist()),
        frequency_bounds=tuple(frequency.tolist()),
        monetary_bounds=tuple(monetary.tolist()),
        frequency_within=frequency_within,
        monetary_within=monetary_within,
        tie_ids=tie_ids,
        n_customers=n_customers,
        columns=read_from.history,
        inactivity_col=read_from.inactivity_col,
        monetary_col=read_from.monetary_col,
    )
