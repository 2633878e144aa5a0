"""Those who did not answer: a response rate, and how wrong silence can make a score."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import InvalidValueError
from ...fits import checked, from_document, to_document

__all__ = ["ResponseBounds", "bounds"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ResponseBounds:
    """What the score of all who were asked can be, whatever the silent ones think.

    Sampling error is not in here: an interval says what chance does, these bounds say
    what choosing not to answer could have done.

    Attributes
    ----------
    invited, answered
        How many were asked, and how many answered.
    lowest, highest
        The score in points, were all others detractors, or promoters.
    all_passive
        The score were all others passives.

    Examples
    --------
    >>> from crmkit.satisfaction import NPS
    >>> survey = NPS(promoters=50, passives=30, detractors=20)
    >>> silence = survey.response_bounds(invited=400)
    >>> silence.response_rate, silence.lowest, silence.all_passive, silence.highest
    (0.25, -67.5, 7.5, 82.5)
    """

    invited: int
    answered: int
    lowest: float
    highest: float
    all_passive: float

    @property
    def response_rate(self) -> float:
        """Share of the invited who answered, 0 to 1."""
        return self.answered / self.invited

    def to_dict(self) -> dict[str, object]:
        """Return the bounds as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ResponseBounds":
        """Build the bounds from their JSON document."""
        return from_document(cls, document)


def bounds(P: float, M: float, D: float, *, invited: int) -> ResponseBounds:
    """Add the silent to each band in turn."""
    answered = round(P + M + D)
    if invited < answered:
        raise InvalidValueError(
            subject="argument 'invited'",
            found=f"{invited} invited, {answered} answered",
            remedy="Count everybody who was asked.",
        )
    silent = invited - answered
    net = float(P - D)
    return ResponseBounds(
        invited=invited,
        answered=answered,
        lowest=100 * (net - silent) / invited,
        highest=100 * (net + silent) / invited,
        all_passive=100 * net / invited,
    )
