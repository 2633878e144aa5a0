"""Models of purchases, compared by what they gave a chance on the weeks held back.

The scores are those of ``clv.model_choice`` at one cutoff.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..._frames import native, numbers
from ...clv.checking.choice_ranking import ModelGap, ranked
from ...clv.checking.choice_scores import PurchaseScore
from ...clv.checking.choice_trials import Trial, candidates, of_purchases
from ...clv.value.opened_customers import proved
from ...errors import CrmkitError, CrmkitWarning, NotEnoughDataError
from ...typing import HISTORY, IntoDataFrame
from .found_values import ModelLine
from .held_back import HeldBack

__all__ = ["ComparedModels", "compared_models"]

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedModels(Generic[Model]):
    """A line for each model that was compared, the best first, and the fits.

    Attributes
    ----------
    best
        The name of the best; None where nothing could be compared.
    lines
        One for each model that could be fitted.
    fitted
        The models by name, fitted to the part before the weeks held back.
    n_customers
        How many customers they were compared on.
    """

    best: str | None = None
    lines: tuple[ModelLine, ...] = ()
    fitted: Mapping[str, Model] = field(default_factory=dict)
    n_customers: int = 0


def compared_models(
    fits: Mapping[str, Callable[[IntoDataFrame], Model]],
    early: HeldBack,
    like: IntoDataFrame,
) -> ComparedModels[Model]:
    """Fit each model to the first part of the log, and score it on the rest."""
    if early.history is None:
        return ComparedModels()
    customers = native(early.history, like)
    fitted: dict[str, Model] = {}
    for name, fit in fits.items():
        try:
            # What one candidate cannot determine is not news about the one chosen.
            with warnings.catch_warnings(action="ignore", category=CrmkitWarning):
                fitted[name] = fit(customers)
        except CrmkitError:
            continue  # A model that cannot be fitted is not a candidate.
    found = ComparedModels(fitted=fitted, n_customers=len(early.history))
    came = numbers(early.history, "holdout_frequency")
    if not fitted or not came.sum():
        return found
    trial = Trial(
        cutoff=early.cut.isoformat(),
        customers=customers,
        history=proved(early.history, HISTORY),
        amounts=numbers(early.history, HISTORY.monetary_value),
        span=float(numbers(early.history, "holdout_T")[0]),
        came=came,
        paid=numbers(early.history, "holdout_total_amount"),
    )
    tried = candidates(
        {name: _already(model) for name, model in fitted.items()}, [trial], of_purchases
    )
    try:
        best, gaps = ranked(tried, root=False)
    except NotEnoughDataError:
        return found  # each gave no chance to what some customer did
    scores = {one.name: one.scores[0] for one in tried}
    order = (best, *(gap.model for gap in gaps))
    behind: dict[str, ModelGap] = {gap.model: gap for gap in gaps}
    return ComparedModels(
        best=best,
        lines=tuple(_line(scores[name], behind.get(name)) for name in order),
        fitted=fitted,
        n_customers=came.size,
    )


def _already(model: Model) -> Callable[[IntoDataFrame], Model]:
    return lambda _customers: model


def _line(score: object, gap: ModelGap | None) -> ModelLine:
    assert isinstance(score, PurchaseScore)  # noqa: S101 - models of purchases alone
    return ModelLine(
        name=score.model,
        log_score=score.log_score,
        bias=score.bias,
        mean_absolute_error=score.mean_absolute_error,
        gap=gap,
    )
