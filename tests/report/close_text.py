"""Compare a text with an approved one: words by letter, numbers by nearness.

Another NumPy, BLAS or processor may change the last digits of a fit. So a number with
decimals or with grouped thousands may differ a little; a plain whole number, such as a
count, a day or a year, may not.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

__all__ = ["Near", "differences", "is_close"]

_NUMBER = re.compile(r"(\d[\d,]*\.?\d*(?:e[+-]?\d+)?)", re.IGNORECASE)
Near = tuple[float, float]  # of the number, and of 1
_NEAR: Near = (1e-4, 1e-9)
_SHOWN = 8
# Of the rounded numbers of a text, so many may round to the neighbour.
_FEW, _SHARE = 2, 0.005


def differences(
    text: str, approved: str, *, rounded: bool, near: Near = _NEAR
) -> list[str]:
    """List the first lines that differ, each as it is and as it was approved.

    With ``rounded``, the text is for people: a number may differ by one unit of its
    last digit, if few do. Others are as ``near``.
    """
    told: list[str] = []
    neighbours: list[str] = []
    n_numbers = 0
    pairs = zip_longest(text.splitlines(), approved.splitlines())
    for at, (line, then) in enumerate(pairs, start=1):
        if line == then:
            n_numbers += len(_NUMBER.findall(line or ""))
            continue
        judged = {None} if None in (line, then) else set(_judged(line, then, near))
        n_numbers += len(_NUMBER.findall(line or ""))
        said = f"line {at}:\n  now      {line}\n  approved {then}"
        if None in judged or ("next" in judged and not rounded):
            told.append(said)
        elif "next" in judged:
            neighbours.append(said)
    if len(neighbours) > max(_FEW, _SHARE * n_numbers):
        told += neighbours
    return told[:_SHOWN] + ([f"... {len(told)} lines in all"] if told[_SHOWN:] else [])


def is_close(number: str, approved: str, near: Near = _NEAR) -> bool | None:
    """Tell whether two numbers agree; None if they are neighbours by their last digit.

    >>> is_close("12.0001", "12.0002"), is_close("1.23", "1.24"), is_close("12", "13")
    (True, None, False)
    """
    if number == approved:
        return True
    if not all(re.search("[.,e]", each, re.IGNORECASE) for each in (number, approved)):
        return False
    one, other = (float(each.replace(",", "")) for each in (number, approved))
    relative, absolute = near
    if abs(one - other) <= absolute + relative * abs(other):
        return True
    digits = [len(each.partition(".")[2]) for each in (number, approved)]
    unit = 10.0 ** -digits[0]
    same = digits[0] == digits[1]
    return None if same and abs(one - other) <= 1.001 * unit else False


def _judged(line: str | None, then: str | None, near: Near) -> Iterator[str | None]:
    """Judge each piece of two lines: the same, next to it, or None for another."""
    parts = zip_longest(_NUMBER.split(line or ""), _NUMBER.split(then or ""))
    for at, (part, other) in enumerate(parts):
        if part == other:
            yield "same"
        elif part is None or other is None or at % 2 == 0:
            yield None
        else:
            close = is_close(part, other, near)
            yield "next" if close is None else "same" if close else None
