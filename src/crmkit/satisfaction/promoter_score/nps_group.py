"""The band of each answer: promoter, passive or detractor."""

from ..._arguments import one_of
from ..._frames import Frame, Rule, native, nw, read, refuse, require_numbers
from ..._frames import missing as missing_in
from ..._typed import typed
from ...typing import IntoFrameT, Missing
from ..reading.tally import Fractions, Scale, scale_rules
from .bands import Bands, bands_of

__all__ = ["with_nps_group"]

_MISSING: tuple[Missing, ...] = ("error", "keep")


@typed
def with_nps_group(
    responses: IntoFrameT,
    *,
    score_col: str = "score",
    bands: str | Bands = "standard",
    fractions: Fractions = "error",
    missing: Missing = "error",
    output_col: str = "nps_group",
) -> IntoFrameT:
    """Add the band of each answer: promoter, passive or detractor.

    Parameters
    ----------
    responses
        One row per answer.
    score_col, bands, fractions
        As in :func:`nps`.
    missing
        ``"error"`` refuses rows without an answer; ``"keep"`` keeps them without a
        band.
    output_col
        The column to add: ``"promoter"``, ``"passive"`` or ``"detractor"``.

    Returns
    -------
    The same frame with one more column, lazy if it was lazy.

    Raises
    ------
    InvalidValueError
        If an answer is missing, outside the scale, or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"score": [10, 8, 5]})
    >>> with_nps_group(answers, bands="siebel")["nps_group"].tolist()
    ['promoter', 'passive', 'passive']
    """
    one_of("missing", missing, _MISSING)
    chosen = bands_of(bands)
    low, high = chosen.scale
    scale = Scale(low=low, high=high, fractions=fractions)
    frame = read(responses, (score_col,))
    require_numbers(frame, (score_col,))
    refuse(frame, _rules(frame, score_col, scale, missing))
    shift = 0.5 if fractions == "nearest" else 0.0
    score, absent = nw.col(score_col), missing_in(frame, score_col)
    group = (
        nw.when(score >= chosen.promoters[0] - shift)
        .then(nw.lit("promoter"))
        .otherwise(
            nw.when(score >= chosen.passives[0] - shift)
            .then(nw.lit("passive"))
            .otherwise(nw.lit("detractor"))
        )
    )
    return native(
        frame.with_columns(nw.when(~absent).then(group).alias(output_col)), responses
    )


def _rules(frame: Frame, score_col: str, scale: Scale, missing: Missing) -> list[Rule]:
    rules = scale_rules(frame, score_col, scale)
    if missing == "keep":
        return rules
    absent = Rule(
        column=score_col,
        broken=missing_in(frame, score_col),
        found="missing value",
        remedy="Drop these rows, or keep them without a band: missing='keep'.",
    )
    return [absent, *rules]
