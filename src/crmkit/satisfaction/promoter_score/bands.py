"""The bands of a net promoter score: which answers make a promoter or a detractor."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..._check import whole
from ...errors import InvalidTypeError, InvalidValueError
from ...fits import checked

__all__ = ["BANDS", "Bands", "bands_of"]

_Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Bands:
    """The answers that make a detractor, a passive and a promoter.

    Parameters
    ----------
    detractors, passives, promoters
        Lowest and highest answer of each band, both inclusive, in ascending order.

    Raises
    ------
    InvalidValueError
        If the bands leave a gap between them, or overlap.

    Examples
    --------
    >>> Bands(detractors=(1, 3), passives=(4, 4), promoters=(5, 5)).scale
    (1, 5)
    >>> Bands(detractors=(0, 5), passives=(7, 8), promoters=(9, 10))
    Traceback (most recent call last):
        ...
    crmkit.errors.InvalidValueError: argument 'passives': a band from 7, although the
    band below ends at 5. Start it at 6.
    """

    detractors: _Range
    passives: _Range
    promoters: _Range

    def __post_init__(self) -> None:
        for name in ("detractors", "passives", "promoters"):
            low, high = getattr(self, name)
            whole(name, low, at_least=-(10**6))
            if whole(name, high, at_least=-(10**6)) < low:
                raise InvalidValueError(
                    subject=f"argument {name!r}",
                    found=f"an empty range {low} to {high}",
                    remedy="Give the lowest and the highest answer, in this order.",
                )
        _require_meeting("passives", self.detractors, self.passives)
        _require_meeting("promoters", self.passives, self.promoters)

    @property
    def scale(self) -> _Range:
        """The lowest and the highest answer of the scale."""
        return self.detractors[0], self.promoters[1]


def _require_meeting(name: str, below: _Range, band: _Range) -> None:
    if band[0] != below[1] + 1:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"a band from {band[0]}, although the band below ends at {below[1]}",
            remedy=f"Start it at {below[1] + 1}.",
        )


BANDS: Mapping[str, Bands] = {
    "standard": Bands(detractors=(0, 6), passives=(7, 8), promoters=(9, 10)),
    "siebel": Bands(detractors=(0, 4), passives=(5, 8), promoters=(9, 10)),
    "five_point": Bands(detractors=(1, 3), passives=(4, 4), promoters=(5, 5)),
    "five_point_net": Bands(detractors=(1, 2), passives=(3, 3), promoters=(4, 5)),
    "seven_point": Bands(detractors=(1, 4), passives=(5, 5), promoters=(6, 7)),
}


def bands_of(bands: str | Bands) -> Bands:
    """Return the bands with this name, or the ``Bands`` that were passed."""
    if isinstance(bands, Bands):
        return bands
    if not isinstance(bands, str):
        raise InvalidTypeError(
            subject="argument 'bands'",
            expected="a name or a Bands",
            got=type(bands).__name__,
            remedy=f"The names are {', '.join(BANDS)}.",
        )
    if bands not in BANDS:
        raise InvalidValueError(
            subject="argument 'bands'",
            found=f"unknown name {bands!r}",
            remedy=f"Choose one of {', '.join(BANDS)}, or pass a Bands.",
        )
    return BANDS[bands]
