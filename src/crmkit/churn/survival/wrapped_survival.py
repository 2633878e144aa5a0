"""Survival models fitted by other libraries, which need not be installed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative_array, typed
from ..._frames import read_eager
from ...errors import InvalidTypeError, InvalidValueError
from ...fits import shown
from ...typing import FloatArray, IntoFrame

__all__ = ["LifelinesSurvival", "ScikitSurvival"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class LifelinesSurvival:
    """A fitted lifelines model, as a ``SurvivalModel``.

    A curve that was only observed, such as that of ``KaplanMeierFitter`` or the
    baseline of ``CoxPHFitter``, is not continued beyond the last duration it was fitted
    to; a parametric one, such as ``WeibullAFTFitter``, is.

    Attributes
    ----------
    model
        A fitted regression (``CoxPHFitter``, ``WeibullAFTFitter``,
        ``AalenAdditiveFitter``), for frames that may have further columns, or a fitted
        curve without covariates (``KaplanMeierFitter``, ``WeibullFitter``), the same
        for every customer.
    """

    model: Any

    def __post_init__(self) -> None:
        """Refuse a model without a survival function."""
        _require(self.model, "predict_survival_function", "survival_function_at_times")

    @typed
    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        """Return S(t): a row per customer, a column per time."""
        asked = np.atleast_1d(nonnegative_array("times", times))
        last = float(np.max(getattr(self.model, "durations", np.inf)))
        if not np.any(asked > last):
            return self._at(customers, asked)
        table = self._at(customers, np.append(asked, last))
        beyond, ended = table[:, :-1][:, asked > last], table[:, -1:]
        if np.any((beyond == ended) & (ended > 0)):
            raise _beyond(asked, last)
        return table[:, :-1]

    def _at(self, customers: IntoFrame, asked: FloatArray) -> FloatArray:
        frame = read_eager(customers, ())
        predict = getattr(self.model, "predict_survival_function", None)
        if predict is None:
            curve = self.model.survival_function_at_times(asked)
            table = np.tile(np.asarray(curve, np.float64), (len(frame), 1))
        elif hasattr(self.model, "cumulative_hazards_"):
            # Aalen's model answers at the times of its fit only.
            found = predict(frame.to_pandas())
            own, S = np.asarray(found.index, np.float64), np.asarray(found, np.float64)
            table = _steps(own, S.T, asked)
        else:
            found = predict(frame.to_pandas(), times=asked)
            table = np.asarray(found, dtype=np.float64).T
        return np.where(asked == 0, 1.0, table)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class ScikitSurvival:
    """A fitted scikit-survival estimator, as a ``SurvivalModel``.

    Attributes
    ----------
    model
        A fitted estimator, or a pipeline of one, whose ``predict_survival_function``
        returns one step function per customer.
    features
        The columns it reads, in its order. None for the names it was fitted with; name
        them where it was fitted to arrays.
    """

    model: Any
    features: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a model without a survival function."""
        _require(self.model, "predict_survival_function")

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        """Return S(t): a row per customer, a column per time."""
        asked = np.atleast_1d(nonnegative_array("times", times))
        steps = self.model.predict_survival_function(self._features(customers))
        rows = [
            _steps(np.asarray(step.x, np.float64), _heights(step), asked)
            for step in steps
        ]
        return np.asarray(rows, dtype=np.float64)

    def _features(self, customers: IntoFrame) -> Any:  # noqa: ANN401 - what it reads
        fitted = getattr(self.model, "feature_names_in_", None)
        names = self.features
        if names is None and fitted is not None:
            names = tuple(str(name) for name in fitted)
        frame = read_eager(customers, names or ())
        if names is None:
            return frame.to_pandas()
        chosen = frame.select(*names).to_pandas()
        return chosen if fitted is not None else chosen.to_numpy()


def _require(model: object, *methods: str) -> None:
    if not any(hasattr(model, method) for method in methods):
        raise InvalidTypeError(
            subject="argument 'model'",
            expected=f"a fitted model with {' or '.join(methods)}",
            got=type(model).__name__,
            remedy="Pass a fitted survival model.",
        )


def _heights(step: Any) -> FloatArray:  # noqa: ANN401 - a step function
    """Return the values of a step function, which may be a y + b of its own y."""
    scale, shift = getattr(step, "a", 1.0), getattr(step, "b", 0.0)
    return np.asarray(scale * np.asarray(step.y) + shift, dtype=np.float64)


def _steps(time: FloatArray, S: FloatArray, asked: FloatArray) -> FloatArray:
    """Read curves that stay at 1 before their first time and are unknown beyond."""
    if np.any(asked > time[-1]):
        raise _beyond(asked, float(time[-1]))
    at = np.searchsorted(time, asked, side="right") - 1
    return np.where(at < 0, 1.0, S[..., np.maximum(at, 0)])


def _beyond(asked: FloatArray, last: float) -> InvalidValueError:
    return InvalidValueError(
        subject="argument 'times'",
        found=f"time {float(asked.max())!r} beyond {last!r}",
        remedy="Shorten the horizon: the model was not fitted beyond.",
    )
