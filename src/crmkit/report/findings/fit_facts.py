"""The fitted models as the page prints them."""

import numpy as np

from ...clv import GammaGamma
from ...fits import FitReport
from .found_values import FitFacts
from .purchase_models import PurchaseFit
from .scored_customers import ScoredCustomers

__all__ = ["fit_facts"]


def fit_facts(
    purchases: PurchaseFit, spend: GammaGamma, scores: ScoredCustomers, *, model: str
) -> tuple[FitFacts, ...]:
    """Return the facts of both fits, with how many customers each left out."""
    repeats = int(np.count_nonzero(scores.repeats))
    reports = (
        (
            f"{model}, how often customers buy and when they leave",
            purchases.report,
            None,
        ),
        ("Gamma-Gamma, how much they spend", spend.report, repeats),
    )
    return tuple(
        _facts(name, report, due) for name, report, due in reports if report is not None
    )


def _facts(name: str, report: FitReport, due: int | None) -> FitFacts:
    errors = report.standard_errors or {}
    return FitFacts(
        name=name,
        n_customers=round(report.n_customers),
        n_excluded=0 if due is None else due - round(report.n_customers),
        log_likelihood=float(report.log_likelihood),
        free=tuple(dict.fromkeys((*report.boundary, *report.weakly_identified))),
        penalty=report.penalty,
        parameters=tuple(
            (parameter, estimate, errors.get(parameter))
            for parameter, estimate in zip(report.names, report.estimates, strict=True)
        ),
    )
