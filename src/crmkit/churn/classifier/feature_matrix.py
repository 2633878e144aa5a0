"""What an estimator reads: features as a pandas frame, and one outcome per row."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._frames import EagerFrame, numbers, nw, read_eager, refuse, require_numbers
from ...errors import InvalidValueError, NotEnoughDataError
from ...snapshots.feature_names import known_names
from ...typing import FloatArray
from .scored_outcomes import flag_rules

__all__ = ["chosen_features", "feature_matrix", "outcome_of", "require_both"]

_WORDS = (nw.String, nw.Categorical, nw.Enum)


def chosen_features(
    frame: EagerFrame, features: Sequence[str] | None, *, words: bool
) -> tuple[str, ...]:
    """Return the columns to learn from; ``words`` says whether text is one."""
    asked = known_names(frame.columns) if features is None else tuple(features)
    leaks = set(asked) - set(known_names(asked))
    if leaks or not asked:
        found = f"no feature but {min(leaks)!r}" if leaks else "no feature"
        raise InvalidValueError(
            subject="argument 'features'",
            found=found,
            remedy="Name columns known at the cut-off: no key and no outcome.",
        )
    read_eager(frame.to_native(), asked)
    numeric = [
        name
        for name in asked
        if frame.schema[name] != nw.Boolean and not (words and _is_word(frame, name))
    ]
    require_numbers(frame, numeric)
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


def outcome_of(frame: EagerFrame, churned_col: str) -> FloatArray:
    """Return the outcomes as 0 and 1."""
    refuse(frame, flag_rules(frame, churned_col))
    return numbers(frame, churned_col)


def require_both(y: FloatArray) -> None:
    """Refuse outcomes that are all alike."""
    if not 0 < y.sum() < y.size:
        raise NotEnoughDataError(
            needed="snapshots that churned and snapshots that did not",
            got=f"{int(y.sum())} that churned of {y.size}",
            remedy="Use more cut-offs, or a label window of another length.",
        )


def _is_word(frame: EagerFrame, name: str) -> bool:
    return frame.schema[name] in _WORDS
