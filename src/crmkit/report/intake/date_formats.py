"""The formats that every date of a column fits: what a file says about its own dates.

``01/02/2024`` alone may be a day of January or of February. One ``31/12/2024`` in the
same column settles it; without such a row, both readings are offered and none is taken.
"""

import datetime as dt
import re
from functools import cache
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "fitting_formats",
    "format_of_most",
    "is_a_bare_day",
    "looks_like_a_date",
    "read_by_format",
]

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SAMPLE = 500
_FIRST = 9  # texts, of which one must show a format that most texts may have
_ORDERS = ("%Y{0}%m{0}%d", "%d{0}%m{0}%Y", "%m{0}%d{0}%Y")
_SHORT = ("%d{0}%m{0}%y", "%m{0}%d{0}%y", "%d{0}%b{0}%Y", "%d{0}%b{0}%y")
_BARE = ("%Y%m%d", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?$"
_DOTTED = r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}"
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
_DAY = "(?P<day>"
_SHAPES = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%b": "[A-Za-z]{3}",
    "%B": "[A-Za-z]{3,9}",
    "%p": "[AaPp][Mm]",
}


@cache
def _candidates() -> tuple[str, ...]:
    days = [
        *(
            order.format(mark)
            for order, mark in product((*_ORDERS, *_SHORT), ("-", "/", ".", " "))
        ),
        *_BARE,
    ]
    return tuple(day + time for time, day in product(_TIMES, days))


@cache
def _shape(date_format: str) -> str:
    """Return the pattern of a format; strptime alone takes '24' for the year 24."""
    pattern = re.escape(date_format)
    pattern = pattern.replace("%d", f"{_DAY}[0-9]{{1,2}})")
    for directive in set(re.findall("%[A-Za-z]", pattern)):
        pattern = pattern.replace(directive, _SHAPES.get(directive, "[0-9]{1,2}"))
    if date_format.startswith("%Y%m%d"):
        pattern = pattern.replace("{1,2}", "{2}")
    return f"^{pattern}$"


def read_by_format(texts: "pa.Array", date_format: str) -> "pa.Array":
    """Read each text by one format; None where it does not fit or has an odd year."""
    compute = import_module("pyarrow.compute")
    fits = compute.match_substring_regex(texts, _shape(date_format))
    shaped = compute.if_else(fits, texts, None)
    read = compute.strptime(shaped, format=date_format, unit="s", error_is_null=True)
    year = compute.year(read)
    known = compute.and_(
        compute.greater_equal(year, _FIRST_YEAR), compute.less_equal(year, _LAST_YEAR)
    )
    if "%d" in date_format:
        # strptime takes 30 February for 1 March: the day must come out as written.
        found = compute.extract_regex(shaped, _shape(date_format))
        written = compute.struct_field(found, "day").cast("int64")
        known = compute.and_(known, compute.equal(written, compute.day(read)))
    return compute.if_else(compute.fill_null(known, fill_value=False), read, None)


def fitting_formats(texts: "pa.Array") -> tuple[str, ...]:
    """Return the formats that fit every text, one for each way to read the column.

    Formats that read every text as the same instant are one way.
    """
    if not len(texts):
        return ()
    sample = texts[:_SAMPLE]
    left = [each for each in _candidates() if _fits(texts[:1], each)]
    left = [each for each in left if _fits(sample, each)]
    if len(texts) > _SAMPLE:
        left = [each for each in left if _fits(texts, each)]
    ways: list[tuple[str, pa.Array]] = []
    for each in left:
        read = read_by_format(sample, each)
        if not any(read.equals(known) for _, known in ways):
            ways.append((each, read))
    return tuple(each for each, _ in ways)


def format_of_most(texts: "pa.Array") -> tuple[str, ...]:
    """Return the formats that fit most texts, where none fits them all."""
    sample = texts[:_SAMPLE]
    # Copies, since an older Arrow reads beyond a slice from the middle of texts.
    first = [sample.take([at]) for at in range(min(_FIRST, len(sample)))]
    shares = {
        each: _share(sample, each)
        for each in _candidates()
        if any(_fits(one, each) for one in first)
    }
    best = max(shares.values(), default=0.0)
    if best <= 0.5:
        return ()
    return tuple(each for each, share in shares.items() if share == best)


def looks_like_a_date(text: str) -> bool:
    """Tell a date, by the shape of any known format, from other text."""
    if re.fullmatch(r"[0-9.]+", text) and not re.fullmatch(_DOTTED, text):
        return False  # a number; 20240131 too is more often an id
    if re.match(_ISO, text):
        return True
    # Each format has a day and a year: most texts are told by that, without a pattern.
    return any(map(str.isdigit, text)) and bool(_any_shape().match(text))


def is_a_bare_day(text: str) -> bool:
    """Tell a day without marks, such as 20240131, from other numbers of 8 digits."""
    if not re.fullmatch("[0-9]{8}", text):
        return False
    try:
        year = dt.datetime.strptime(text, "%Y%m%d").year  # noqa: DTZ007 - a day alone
    except ValueError:
        return False
    return _FIRST_YEAR <= year <= _LAST_YEAR


@cache
def _any_shape() -> re.Pattern[str]:
    # One pattern for all: a name may stand in it once.
    shapes = {_shape(each).replace(_DAY, "(?:") for each in _candidates()}
    return re.compile("|".join(sorted(shapes)))


def _fits(texts: "pa.Array", date_format: str) -> bool:
    compute = import_module("pyarrow.compute")
    shaped = compute.match_substring_regex(texts, _shape(date_format))
    if not compute.all(shaped, min_count=0).as_py():
        return False
    return bool(read_by_format(texts, date_format).null_count == 0)


def _share(texts: "pa.Array", date_format: str) -> float:
    read = read_by_format(texts, date_format)
    return float(1 - read.null_count / len(texts))
