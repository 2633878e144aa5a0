"""Kano's questionnaire: a feature is expected, wanted or a delight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from ..._check import one_of, whole
from ..._frames import (
    Frame,
    Rule,
    missing,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.survey import kano as kernel
from ...typing import FloatArray, IntoFrame
from ..reading.answer_groups import with_plain_groups
from ..reading.pair_counts import pair_counts
from .rating import BoxMethod, box_limits

__all__ = ["KANO_CATEGORIES", "Kano", "KanoCategory", "kano", "kano_of", "open_pairs"]

KanoCategory: TypeAlias = Literal[
    "must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable"
]
# Of two categories that do not differ significantly, the earlier one wins:
# M > O > A > I.
KANO_CATEGORIES: Final[tuple[KanoCategory, ...]] = (
    "must_be",
    "one_dimensional",
    "attractive",
    "indifferent",
    "reverse",
    "questionable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Kano(JsonResult):
    """How customers classify one feature.

    Attributes
    ----------
    must_be, one_dimensional, attractive, indifferent, reverse, questionable
        Number of customers who take the feature for granted, are the more satisfied the
        better it is, are delighted by it, are indifferent, do not want it, or gave two
        answers that contradict each other.
    incomplete
        Rows without both answers, left out.

    Examples
    --------
    >>> feature = Kano(
    ...     attractive=40, one_dimensional=30, must_be=20, indifferent=10
    ... )
    >>> feature.better, feature.worse, feature.category
    (0.7, -0.5, 'one_dimensional')
    >>> feature.significant
    False
    """

    must_be: int = 0
    one_dimensional: int = 0
    attractive: int = 0
    indifferent: int = 0
    reverse: int = 0
    questionable: int = 0
    incomplete: int = 0

    def __post_init__(self) -> None:
        for name in (*KANO_CATEGORIES, "incomplete"):
            whole(name, getattr(self, name))
        if not self.counts[:4].any():
            raise NotEnoughDataError(
                needed="1 customer who wants the feature or is indifferent",
                got="0",
                remedy="Check that the two columns are not swapped.",
            )

    @property
    def counts(self) -> FloatArray:
        """Number of customers by category, in the order of the fields."""
        return np.array([getattr(self, name) for name in KANO_CATEGORIES], dtype=float)

    @property
    def n_customers(self) -> int:
        """Number of customers who answered both questions."""
        return int(self.counts.sum())

    @property
    def better(self) -> float:
        """Share whom the feature satisfies, (A + O) / (A + O + M + I), 0 to 1."""
        pleased, served = kernel.better(self.counts)
        return float(pleased / served)

    @property
    def worse(self) -> float:
        """Minus the share whom its absence annoys, (O + M) / (A + O + M + I)."""
        annoyed, served = kernel.worse(self.counts)
        return -float(annoyed / served)

    @property
    def significant(self) -> bool:
        """Whether the two largest counts differ significantly (Fong 1996)."""
        second, first = np.sort(self.counts)[-2:]
        margin = kernel.fong_margin(first, second, np.array(self.n_customers))
        return bool(first - second > margin)

    @property
    def category(self) -> KanoCategory:
        """The most frequent category.

        If the two largest counts do not differ significantly, the more serious one:
        must-be before one-dimensional before attractive before indifferent.
        """
        first, second = map(int, np.argsort(-self.counts, kind="stable")[:2])
        return KANO_CATEGORIES[first if self.significant else min(first, second)]

    @property
    def category_strength(self) -> float:
        """Lead of the most frequent category over the second, as a share, 0 to 1."""
        second, first = np.sort(self.counts)[-2:]
        return float(first - second) / self.n_customers

    @property
    def total_strength(self) -> float:
        """Share of customers to whom the feature matters, (A + O + M) / N, 0 to 1."""
        return float(self.counts[:3].sum()) / self.n_customers

    def interval(
        self,
        *,
        of: Literal["better", "worse"] = "better",
        level: float = 0.95,
        method: BoxMethod = "wilson",
    ) -> Interval:
        """Return the confidence interval of ``better`` or ``worse``.

        Parameters
        ----------
        of
            ``"better"`` (0 to 1) or ``"worse"`` (-1 to 0).
        level
            The confidence level.
        method
            ``"wilson"`` or ``"clopper_pearson"``, as in ``Rating.interval``.

        Returns
        -------
        Interval
            Lower and upper end.
        """
        shares = {"better": kernel.better, "worse": kernel.worse}
        share = shares[one_of("of", of, tuple(shares))]
        lower, upper = map(
            float, box_limits(*share(self.counts), level=level, method=method)
        )
        if of == "worse":
            # Reported with a minus sign, so the ends change places.
            lower, upper = -upper, -lower
        return Interval(lower=lower, upper=upper, level=level)


def kano(
    responses: IntoFrame,
    *,
    functional_col: str = "functional",
    dysfunctional_col: str = "dysfunctional",
) -> Kano:
    """Classify a feature by how customers feel with it and without it.

    The questionnaire asks "How would you feel if the product had this feature?" and
    "How would you feel if it did not?". Both are answered 1 (I like it), 2 (it must be
    so), 3 (neutral), 4 (I can live with it) or 5 (I dislike it) (Kano et al. 1984).

    Parameters
    ----------
    responses
        One row per customer. A lazy frame is counted in its engine.
    functional_col, dysfunctional_col
        The answers with and without the feature.

    Returns
    -------
    Kano
        Counts by category, ``better`` and ``worse`` with intervals, and the category.

    Raises
    ------
    InvalidValueError
        If an answer is outside 1 to 5.
    NotEnoughDataError
        If no customer answered both questions, or all reject the feature or contradict
        themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "functional": [1, 1, 1, 3, 2], "dysfunctional": [5, 5, 3, 5, 3],
    ... })
    >>> kano(answers).one_dimensional
    2
    """
    frame = open_pairs(responses, (functional_col, dysfunctional_col), ())
    _, present, absent, count = pair_counts(frame, (functional_col, dysfunctional_col))
    return kano_of(present, absent, count)


def open_pairs(
    responses: object, columns: tuple[str, str], others: Sequence[str]
) -> Frame:
    """Open the pairs of answers, and refuse any outside 1 to 5."""
    frame = with_plain_groups(read(responses, (*columns, *others)), others)
    require_numbers(frame, columns)
    refuse(frame, [_rule(name, missing(frame, name)) for name in columns])
    return frame


def kano_of(present: FloatArray, absent: FloatArray, count: FloatArray) -> Kano:
    """Count the categories of distinct pairs of answers."""
    both = ~np.isnan(present) & ~np.isnan(absent)
    place = kernel.category(
        present[both].astype(np.int64) - 1, absent[both].astype(np.int64) - 1
    )
    summed = np.bincount(place, count[both], minlength=len(KANO_CATEGORIES))
    named = dict(zip(KANO_CATEGORIES, map(round, summed.tolist()), strict=True))
    return Kano(
        must_be=named["must_be"],
        one_dimensional=named["one_dimensional"],
        attractive=named["attractive"],
        indifferent=named["indifferent"],
        reverse=named["reverse"],
        questionable=named["questionable"],
        incomplete=round(count[~both].sum()),
    )


def _rule(column: str, hole: nw.Expr) -> Rule:
    value = nw.col(column)
    known = (value == 1) | (value == 2) | (value == 3) | (value == 4) | (value == 5)
    return Rule(
        column=column,
        broken=~hole & ~known,
        found="unknown answer",
        remedy="Code the answers as 1 like, 2 must be, 3 neutral, 4 live with, "
        "5 dislike.",
    )
