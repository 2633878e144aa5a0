"""Bounds of a score when some customers did not answer."""

from dataclasses import dataclass

from ..._check import whole
from ...errors import InvalidValueError
from ...fits import JsonResult, checked

__all__ = ["NonresponseBounds", "nonresponse_bounds"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NonresponseBounds(JsonResult):
    """The possible scores of all invited customers, whatever the others would answer.

    An interval covers sampling error; these bounds cover nonresponse, and nothing else.

    Attributes
    ----------
    n_invited, n_responses
        How many customers were asked, and how many answered.
    lowest, highest
        The score in points if all others were detractors, or promoters.
    all_passive
        The score in points if all others were passives.

    Examples
    --------
    >>> from crmkit.satisfaction import Nps
    >>> survey = Nps(promoters=50, passives=30, detractors=20)
    >>> bounds = survey.nonresponse_bounds(n_invited=400)
    >>> bounds.response_rate, bounds.lowest, bounds.all_passive, bounds.highest
    (0.25, -67.5, 7.5, 82.5)
    """

    n_invited: int
    n_responses: int
    lowest: float
    highest: float
    all_passive: float

    @property
    def response_rate(self) -> float:
        """Share of the invited customers who answered, 0 to 1."""
        return self.n_responses / self.n_invited


def nonresponse_bounds(
    P: float, M: float, D: float, *, n_invited: int
) -> NonresponseBounds:
    """Put all who did not answer into one band after the other."""
    invited, n_responses = whole("n_invited", n_invited), round(P + M + D)
    if invited < n_responses:
        raise InvalidValueError(
            subject="argument 'n_invited'",
            found=f"{invited} customers asked, {n_responses} answers",
            remedy="Count all customers who were asked.",
        )
    silent = invited - n_responses
    net = float(P - D)
    return NonresponseBounds(
        n_invited=invited,
        n_responses=n_responses,
        lowest=100 * (net - silent) / invited,
        highest=100 * (net + silent) / invited,
        all_passive=100 * net / invited,
    )
