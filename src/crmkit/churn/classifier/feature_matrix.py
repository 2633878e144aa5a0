"""Features as the pandas frame that an estimator reads, and one outcome per row."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import listed
from ..._frames import (
    EagerFrame,
    Rule,
    flag_rules,
    missing,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...snapshots.feature_names import known_names
from ...typing import FloatArray

__all__ = [
    "chosen_features",
    "feature_matrix",
    "features_with",
    "outcome_of",
    "require_both",
    "require_like",
]

_WORDS = (nw.String, nw.Categorical, nw.Enum)


def chosen_features(
    frame: EagerFrame, features: Sequence[str] | None, *, words: bool
) -> tuple[str, ...]:
    """Return the columns to learn from; ``words`` allows columns of text."""
    asked = (
        known_names(frame.columns)
        if features is None
        else listed("feature_cols", features)
    )
    leaks = set(asked) - set(known_names(asked))
    if leaks or not asked:
        found = f"{min(leaks)!r}, a key or an outcome" if leaks else "no feature"
        raise InvalidValueError(
            subject="argument 'feature_cols'",
            found=found,
            remedy="Name columns whose values are known at the cut-off.",
        )
    read(frame, asked)  # refuses a name that is not there
    numeric = [
        name
        for name in asked
        if frame.schema[name] != nw.Boolean and not (words and _is_word(frame, name))
    ]
    require_numbers(frame, numeric)
    # A hole may pass: some estimators learn from it. The rest is refused here as it is
    # of rows to score, because an estimator would end in an error that names no column.
    refuse(frame, [rule for n in numeric for rule in number_rules(frame, n)[1:]])
    return asked


def feature_matrix(frame: EagerFrame, names: Sequence[str]) -> Any:  # noqa: ANN401 - pandas
    """Return the features under their names: numbers as float64, words as objects."""
    import pandas as pd  # noqa: PLC0415 - only the classifier needs feature names

    return pd.DataFrame(
        {
            name: np.array(frame[name].to_list(), dtype=object)
            if _is_word(frame, name)
            else numbers(frame, name)
            for name in names
        }
    ).astype({name: object for name in names if _is_word(frame, name)})


def features_with(
    frame: EagerFrame, names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the features that are words, that are flags, and that miss values."""
    holes = frame.select(*(missing(frame, name).any().alias(name) for name in names))
    return (
        tuple(name for name in names if _is_word(frame, name)),
        tuple(name for name in names if frame.schema[name] == nw.Boolean),
        tuple(name for name in names if holes[name].item()),
    )


def require_like(
    frame: EagerFrame,
    names: Sequence[str],
    *,
    words: Sequence[str],
    flags: Sequence[str],
    missed: Sequence[str],
) -> None:
    """Refuse features of another kind than those that were learned from.

    An estimator would not notice: scikit-learn reads the text "7" as a number, and some
    estimators accept missing values that they have never seen.
    """
    plain = [name for name in names if name not in words]
    require_numbers(frame, [n for n in plain if frame.schema[n] != nw.Boolean])
    rules = []
    for name in names:
        if name not in missed:
            rules.append(
                Rule(
                    column=name,
                    broken=missing(frame, name),
                    found="missing value",
                    remedy="Drop or fill them: the classifier learned from none.",
                )
            )
        if name in plain:
            _hole, *others = number_rules(
                frame, name, remedy="Correct or drop these rows."
            )
            rules += others
        if name in flags and name not in missed:
            rules += flag_rules(frame, name)
    refuse(frame, rules)


def outcome_of(frame: EagerFrame, churned_col: str) -> FloatArray:
    """Return the outcomes as 0 and 1."""
    refuse(frame, flag_rules(frame, churned_col))
    return numbers(frame, churned_col)


def require_both(y: FloatArray) -> None:
    """Refuse outcomes that are all equal."""
    if not 0 < y.sum() < y.size:
        raise NotEnoughDataError(
            needed="snapshots that churned and snapshots that did not",
            got=f"{int(y.sum())} that churned of {y.size}",
            remedy="Use more cut-offs, or another length of the label window.",
        )


def _is_word(frame: EagerFrame, name: str) -> bool:
    return frame.schema[name] in _WORDS
