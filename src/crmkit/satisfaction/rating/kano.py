"""Kano's questionnaire: what is expected, what is wanted, what delights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from ..._check import whole
from ..._frames import (
    Frame,
    Rule,
    collect,
    missing,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survey import kano as kernel
from ...typing import FloatArray, IntoFrame
from .csat import BoxMethod, box_limits

__all__ = ["KANO_CATEGORIES", "Kano", "KanoCategory", "kano", "kano_of", "open_pairs"]

KanoCategory: TypeAlias = Literal[
    "must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable"
]
# In the order that decides when two are too close to tell apart: M > O > A > I.
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
class Kano:
    """How customers see one feature.

    Attributes
    ----------
    must_be, one_dimensional, attractive, indifferent, reverse, questionable
        Customers for whom it is taken for granted; the more the better; a delight;
        nothing; unwanted; and whose two answers contradict each other.
    incomplete
        Rows with one answer or none, left out.

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
                needed="1 customer who wants the feature or does not care",
                got="0",
                remedy="Check which answer is which.",
            )

    @property
    def counts(self) -> FloatArray:
        """Customers by category, in the order of ``KANO_CATEGORIES``."""
        return np.array([getattr(self, name) for name in KANO_CATEGORIES], dtype=float)

    @property
    def n(self) -> int:
        """Customers who answered both questions."""
        return int(self.counts.sum())

    @property
    def better(self) -> float:
        """Share the feature would please, (A + O) / (A + O + M + I), 0 to 1."""
        pleased, served = kernel.better(self.counts)
        return float(pleased / served)

    @property
    def worse(self) -> float:
        """Minus the share its absence annoys, (O + M) / (A + O + M + I), -1 to 0."""
        annoyed, served = kernel.worse(self.counts)
        return -float(annoyed / served)

    @property
    def significant(self) -> bool:
        """Whether the two largest counts can be told apart (Fong 1996)."""
        second, first = np.sort(self.counts)[-2:]
        margin = kernel.fong_margin(first, second, np.array(self.n))
        return bool(first - second > margin)

    @property
    def category(self) -> KanoCategory:
        """The most frequent category; of two that cannot be told apart, the graver.

        Must-be before one-dimensional before attractive before indifferent.
        """
        first, second = map(int, np.argsort(-self.counts, kind="stable")[:2])
        return KANO_CATEGORIES[first if self.significant else min(first, second)]

    @property
    def category_strength(self) -> float:
        """How far the most frequent category leads the second, as a share, 0 to 1."""
        second, first = np.sort(self.counts)[-2:]
        return float(first - second) / self.n

    @property
    def total_strength(self) -> float:
        """Share of those to whom the feature matters, (A + O + M) / N, 0 to 1."""
        return float(self.counts[:3].sum()) / self.n

    def better_interval(
        self, *, level: float = 0.95, method: BoxMethod = "wilson"
    ) -> tuple[float, float]:
        """Return the range of true shares the feature would please."""
        lower, upper = box_limits(
            *kernel.better(self.counts), level=level, method=method
        )
        return float(lower), float(upper)

    def worse_interval(
        self, *, level: float = 0.95, method: BoxMethod = "wilson"
    ) -> tuple[float, float]:
        """Return the range of true values of ``worse``, -1 to 0."""
        lower, upper = box_limits(
            *kernel.worse(self.counts), level=level, method=method
        )
        return -float(upper), -float(lower)

    def to_dict(self) -> dict[str, object]:
        """Return the counts as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Kano":
        """Build the counts from their JSON document."""
        return from_document(cls, document)


def kano(
    responses: IntoFrame,
    *,
    functional_col: str = "functional",
    dysfunctional_col: str = "dysfunctional",
) -> Kano:
    """Count how customers see a feature, from a pair of questions about it.

    How would you feel if the product had it? And if it had it not? Both are answered
    1 (I like it), 2 (it must be so), 3 (neutral), 4 (I can live with it) or 5 (I
    dislike it) (Kano et al. 1984).

    Parameters
    ----------
    responses
        One row per customer. A lazy frame is counted in its engine.
    functional_col, dysfunctional_col
        The answers with and without the feature.

    Returns
    -------
    Kano
        Counts by category, better and worse with intervals, and the category.

    Raises
    ------
    InvalidValueError
        If an answer is not 1 to 5.
    NotEnoughDataError
        If nobody answered both, or everybody contradicts or rejects.

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
    pairs = collect(
        frame.select(
            nw.col(functional_col).alias("crmkit_with"),
            nw.col(dysfunctional_col).alias("crmkit_without"),
        )
        .group_by("crmkit_with", "crmkit_without")
        .agg(nw.len().alias("crmkit_count"))
    )
    present, absent, count = (
        numbers(pairs, f"crmkit_{name}") for name in ("with", "without", "count")
    )
    return kano_of(present, absent, count)


def open_pairs(
    responses: object, columns: tuple[str, str], others: tuple[str, ...]
) -> Frame:
    """Open the pairs of answers, and refuse any that is not 1 to 5."""
    frame = read(responses, (*columns, *others))
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
        remedy="Code the answers 1 like, 2 must be, 3 neutral, 4 live with, 5 dislike.",
    )
