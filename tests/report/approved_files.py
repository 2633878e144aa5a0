"""Small files as people send them, most with something wrong: what ``check`` answers.

Many come in pairs, one just below a limit and one at it.
"""

import datetime as dt
from collections.abc import Callable, Iterator

__all__ = ["FILES"]

_USUAL = "customer_id,date,amount"
_END = "--observation-end 2024-12-31"
_ID = "--customer-id customer_id"


def _day(at: int) -> dt.date:
    return dt.date(2024, 1, 3) + dt.timedelta(days=5 * at)


def _rows(
    n: int = 24,
    *,
    who: Callable[[int], str] = lambda at: f"K{at % 7}",
    when: Callable[[int], str] = lambda at: _day(at).isoformat(),
    paid: Callable[[int], str] = lambda at: f"{11 + at * 1.25:.2f}",
    mark: str = ",",
) -> list[str]:
    return [mark.join((who(at), when(at), paid(at))) for at in range(n)]


def _file(*lines: str, names: str = _USUAL) -> str:
    return "\n".join([names, *lines, ""])


def _some(n: int, odd: str, usual: Callable[[int], str]) -> Callable[[int], str]:
    """Write something odd in the first cells, and what is usual after them."""
    return lambda at: odd if at < n else usual(at)


def _written(form: str) -> Callable[[int], str]:
    return lambda at: _day(at).strftime(form)


def _iso(at: int) -> str:
    return _day(at).isoformat()


def _cycle(*texts: str) -> Callable[[int], str]:
    return lambda at: texts[at % len(texts)]


def _layouts() -> Iterator[tuple[str, str | bytes, str]]:
    yield "no names", "\n".join(_rows()), _END
    titled = ("Sales of the year;;", ";;", "Client;Day;Paid", *_rows(mark=";"))
    yield "a title", "\n".join(titled), _END
    yield "tabs", "\n".join(["who\tday\tspent", *_rows(mark="\t")]), _END
    yield "bars", "\n".join(["who|day|spent", *_rows(mark="|")]), _END
    yield "blanks", "\n".join(["who day spent", *_rows(mark="  ")]), _END
    yield "an empty file", "", _END
    yield "a header alone", f"{_USUAL}\n", _END
    yield "two columns of a name", _file(*_rows(), names="date,date,amount"), _END
    yield "an open quotation", _file('"K1,2024-01-02,3', *_rows()), _END
    yield "western text", _file(*_rows(who=_cycle("Müller", "K1"))).encode("cp1252"), ""
    text = _file(*_rows())
    yield "wide text", b"\xff\xfe" + text.encode("utf-16-le"), ""
    yield "wide text without a mark", text.encode("utf-16-be"), ""
    yield "another width", _file("K1,2024-01-02", *_rows(), "K1,2024-05-01,3,4"), _END
    yield "names said to be on line 2", f"x,y,z\n{text}", "--header-line 2"
    yield "no names, as said", "\n".join(_rows()), f"--header-line 0 {_END}"
    for told in (
        "--delimiter ;;",
        "--header-line -1",
        "--date-format dd.mm.yyyy",
        "--date-format yyyymmdd-hh:mm:ss",
        "--date-format Tag.Monat",
        "--decimal , --thousands ,",
        "--decimal 5",
        "--encoding klingon",
        "--observation-end 31.12.2024",
        "--where amount",
        "--where amount=0",
        "--where customer_id!=*",
        "--amount amount --quantity date",
        "--customer-id custmer_id --date when --amount amounts",
    ):
        yield f"the option {told}", text, told


def _columns() -> Iterator[tuple[str, str | bytes, str]]:
    names = "Order ID,Client No,Bought on,Items,Gross Total"
    cells = [f"{at},{at % 5},{_iso(at)},{at % 3},{at + 0.5}" for at in range(22)]
    yield "names near the usual", _file(*cells, names=names), ""
    names = "Invoice,Country,User Email,created_at,Quantity,Unit Price"
    cells = [f"{at},DE,u{at % 6}@x.de,{_iso(at)} 10:30,{at % 4},2.5" for at in range(9)]
    yield "quantity and price", _file(*cells, names=names), _END
    yield "names of letters", _file(*_rows(), names="a,b,c"), ""
    nothing = _file(*["1,x,y", "2,x,z"] * 5, names="a,b,c")
    yield "names of nothing", nothing, ""
    names, status = f"{_USUAL},Status", _cycle("paid", "Cancelled", "voided", "paid")
    cells = [f"{row},{status(at)}" for at, row in enumerate(_rows())]
    yield "cancelled orders", _file(*cells, names=names), _END
    keep = f"{_END} --where Status=*"
    yield "cancelled orders kept", _file(*cells, names=names), keep
    left_out = f"{_END} --where Status=PAID --where customer_id!=K0"
    yield "cancelled orders left out", _file(*cells, names=names), left_out
    for n in (16, 15, 12):  # of 25 shown cells, more than 6 in 10 tell a date
        when = _some(25 - n, "soon", _iso)
        yield f"{n} dates of 25", _file(*_rows(25, when=when), names="who,x,paid"), ""
        paid = _some(25 - n, "free", lambda at: f"{at}.50")
        yield f"{n} amounts of 25", _file(*_rows(25, paid=paid), names="who,day,x"), ""


def _values() -> Iterator[tuple[str, str | bytes, str]]:
    forms = ("%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%y", "%B %d, %Y", "%Y/%m/%d")
    for form in (*forms, "%d.%m.%y", "%m/%d/%Y %I:%M %p", "%Y-%m-%dT%H:%M:%S"):
        yield f"dates like {form}", _file(*_marked(_rows(when=_written(form)))), _END
    early = [f"K{at % 3},0{1 + at % 9}/0{1 + at % 5}/2024,{at}.5" for at in range(20)]
    yield "dates of two readings", _file(*early), ""
    for n in (9, 10, 11):  # of 20
        when = _some(n, "11.02.2024", _iso)
        yield f"{n} dates of 20 otherwise", _file(*_rows(20, when=when)), _END
        when = _some(n, "never", _written("%d.%m.%Y"))
        yield f"{n} dates of 20 never", _file(*_rows(20, when=when)), _END
    for n in (4, 5):  # of 20: up to a fifth may be left out
        paid = _some(n, "?", lambda at: f"{at}.50")
        yield f"{n} amounts of 20 unread", _file(*_rows(20, paid=paid)), _END
        lost = f"{_END} --unreadable drop"
        yield f"{n} amounts of 20 dropped", _file(*_rows(20, paid=paid)), lost
    lost = _file(*_rows(20, paid=_cycle("?")))
    yield "all amounts dropped", lost, f"{_END} --unreadable drop --amount amount"
    yield "4 ISO dates of 20 never", _file(*_rows(20, when=_some(4, "-", _iso))), _END
    when = _some(2, "", _iso)
    yield "an empty date", _file(*_rows(when=when)), _END
    for name, paid in {
        "commas": _cycle("1,5", "12,25", "1200,75"),
        "thousands": _cycle("1.234,50", "12,00", "1.000.000,25"),
        "points that part or not": _cycle("1.234", "2.500", "17.250"),
        "commas that part or not": _cycle("1,234", "2,500", "17,250"),
        "signs": _cycle("€ 5.50", "€ 1,234.50", "-€3.00"),
        "codes": _cycle("5.50 USD", "17.25 USD", "(3.00 USD)"),
        "two currencies": _cycle("$5.50", "£17.25", "$3.00"),
        "apostrophes": _cycle("1'234.50", "17.25", "3.00-"),
        "blanks": _cycle("1 234,50", "17,25", "3,00"),
        "more unread": _cycle("1,5", "2,5", "3,5", "a", "4,5", "5,5", "6,5"),
        "nothing": _cycle("0.00"),
    }.items():
        text = _file(*_rows(paid=paid, mark=";"), names="a;date;b")
        yield f"amounts with {name}", text, f"{_END} --customer-id a --amount b"


def _marked(rows: list[str]) -> list[str]:
    """Put a date with a comma in quotation marks."""
    quoted = []
    for row in rows:
        who, *when, paid = row.split(",")
        quoted.append(f'{who},"{",".join(when)}",{paid}')
    return quoted


def _doubted() -> Iterator[tuple[str, str | bytes, str]]:
    rows = _rows()
    total = sum(float(row.split(",")[2]) for row in rows)
    yield "a total line", _file(*rows, f"Grand total,,{total:.2f}"), _END
    yield "a total of a name", _file(*rows, f"K9,2024-06-01,{total:.2f}"), _END
    near = f"K9,2024-06-01,{total * (1 + 3e-6):.6f}"
    yield "nearly a total", _file(*rows, near), _END
    for n in (2, 3):  # of three rows, one is easily the sum of the others
        whole = sum(float(row.split(",")[2]) for row in rows[:n])
        few = _file(*_rows(n), f"K1,2024-03-01,{whole}")
        yield f"{n} rows and their total", few, _END
    who = _cycle("K1", "(blank)", "Guest", "K2")
    yield "placeholders", _file(*_rows(who=who)), _END
    keep = f"{_END} --placeholders drop --missing-ids drop"
    yield "dropped", _file(*_rows(who=_cycle("K1", "n/a", " ", "K2"))), keep
    for odd, option in (("?", "--placeholders drop"), (" ", "--missing-ids drop")):
        none = _file(*_rows(who=_cycle(odd)))
        yield f"only the id {odd!r}", none, f"{_END} {option} {_ID}"
    yield "without an id", _file(*_rows(who=_cycle("K1", "  ", "", "K2"))), _END
    for n in (19, 20):  # a number that holds so many rows is a placeholder
        who = _some(n, "0", lambda at: str(5 + at % 9))
        yield f"{n} rows of 0", _file(*_rows(40, who=who)), _END
        yield f"{n} customers of {n} rows", _file(*_rows(n, who=str)), _END
    paid = _cycle("9.50", "-9.50", "12.00", "20.25", "-3.10")
    yield "refunds", _file(*_rows(paid=paid)), _END
    only = _file(*_rows(), "K8,2024-06-01,-4.00", "K9,2024-06-01,-4.00")
    yield "refunds alone", only, f"{_END} --refunds net"
    dropped = f"{_END} --refunds cancel --refunds-without-purchase drop"
    yield "refunds alone, dropped", only, dropped
    for n in (19, 20):  # one late row of 20 may be a wrong date, of 19 not
        late = _file(*_rows(n - 1), "K1,2044-01-01,3.00")
        yield f"a late row of {n}", late, ""
    # Beyond a year, and beyond five times the longest pause of before: 92 days.
    months = [dt.date(2015 + at // 10, 1 + at % 10, 1) for at in range(40)]
    gap = [f"K{at % 3},{day},5" for at, day in enumerate(months)]
    for before, ends in ((_rows(), (366, 367)), (gap, (460, 461))):
        for beyond in ends:
            last = dt.date.fromisoformat(before[-1].split(",")[1])
            row = f"K1,{last + dt.timedelta(days=beyond)},5"
            yield f"a row {beyond} days late", _file(*before, row), ""
    yield "no day given", _file(*_rows()), ""


FILES: dict[str, tuple[str | bytes, str]] = {
    name: (content, options)
    for part in (_layouts, _columns, _values, _doubted)
    for name, content, options in part()
}
