"""How firmly customers differ in what their purchases consist of.

A purchase is a composition: the share of its money in each category. A customer's next
one is expected between the company's mean and her own, by the credibility of Buhlmann
and Straub with one weight for all categories. It counts purchases, not lines, because
the lines of one purchase are alike.
"""

import numpy as np
from scipy.special import expit

from ...typing import FloatArray, IntArray
from .component_identity import totals

__all__ = ["logit_of", "logit_shifts", "presumed_purchases", "share_of"]

_UNKNOWN = 5.0  # presumed purchases where nobody was seen twice
_FIRMEST = 1e6
_DOUBT = 30.0  # purchases' worth of belief that a shift is 0
_STEPS = 8
_STRIDE, _FAR = 3.0, 20.0
_EDGE = 1e-9


def presumed_purchases(
    customer: IntArray,
    category: IntArray,
    share: FloatArray,
    purchases: IntArray,
    width: int,
) -> FloatArray:
    """Return how many purchases to presume of each category before any is seen.

    One row per purchase and category with money in it; ``purchases`` counts those of
    each customer. The posterior share is (presumed + seen) / (all presumed + all seen).
    """
    key = customer * width + category
    pairs, at = np.unique(key, return_inverse=True)
    seen = totals(at, share, pairs.size)
    count = purchases[pairs // width].astype(np.float64)
    whole = float(purchases.sum())
    mean = totals(pairs % width, seen, width) / whole
    freedom = whole - float(np.count_nonzero(purchases))
    if freedom == 0:
        return _UNKNOWN * mean
    own = float((seen**2 / count).sum())
    within = max(float((share**2).sum()) - own, 0.0) / freedom
    about = own - whole * float(mean @ mean)
    groups = np.count_nonzero(purchases)
    scale = whole - float((purchases.astype(np.float64) ** 2).sum()) / whole
    between = (about - (groups - 1) * within) / scale if scale > 0 else 0.0
    firm = within / between if between > 0 else _FIRMEST
    firm = float(np.clip(firm, 1 / _FIRMEST, _FIRMEST))
    # Every customer counts by how well she is known, not by how often she buys.
    known = totals(pairs % width, seen / (count + firm), width)
    presumed: FloatArray = firm * known / known.sum()
    return presumed


def logit_shifts(
    group: IntArray,
    groups: int,
    predicted: FloatArray,
    part: FloatArray,
    whole: FloatArray,
) -> FloatArray:
    """Return by how much to shift the logits of each group so that its sum comes true.

    ``part`` of ``whole`` came where a share was predicted. Groups with little evidence
    are pulled to 0.
    """
    logit = logit_of(predicted)
    amount = totals(group, whole, groups)
    came = totals(group, np.clip(part, 0.0, whole), groups)
    came = np.clip(came, _EDGE * amount, (1 - _EDGE) * amount)
    shift = np.zeros(groups)
    for _ in range(_STEPS):
        share = share_of(logit + shift[group])
        found = totals(group, whole * share, groups)
        slope = totals(group, whole * share * (1 - share), groups)
        step = np.divide(came - found, slope, out=np.zeros(groups), where=slope > 0)
        shift = np.clip(shift + np.clip(step, -_STRIDE, _STRIDE), -_FAR, _FAR)
    size = totals(group, whole**2, groups)
    evidence = np.divide(amount**2, size, out=np.zeros(groups), where=size > 0)
    pulled: FloatArray = shift * evidence / (evidence + _DOUBT)
    return pulled


def logit_of(share: FloatArray) -> FloatArray:
    """Return the log-odds of a share, finite also at 0 and 1."""
    inside = np.clip(share, _EDGE, 1 - _EDGE)
    found: FloatArray = np.log(inside / (1 - inside))
    return found


def share_of(logit: FloatArray) -> FloatArray:
    """Return the share of log-odds."""
    found: FloatArray = expit(logit)
    return found
