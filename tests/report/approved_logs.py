"""Small logs whose pages and answers are approved, made from a seed.

Only ``random()`` is drawn, whose numbers Python promises to keep, and what is written
is rounded, so that a log is the same on each machine.
"""

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

__all__ = ["club", "doubtful", "few", "shop", "visits"]

_Row = tuple[int, dt.date, float]


def _orders(
    seed: int,
    n_customers: int,
    *,
    start: dt.date,
    days: int,
    joined: int,
    gap: float,
    leaves: float,
    price: float,
) -> list[_Row]:
    """Draw who buys when for how much: rhythms, dropout and tastes differ.

    A customer's chance to stay after a purchase is a number between 0 and 1 to the
    power of ``leaves``.
    """
    random = Random(seed)  # noqa: S311 - a log, no secret
    found: list[_Row] = []
    for customer in range(n_customers):
        day = float(int(random.random() * joined))
        rhythm = gap * math.exp(2.4 * (random.random() - 0.5))
        taste = price * math.exp(1.8 * (random.random() - 0.5))
        chance = random.random() ** leaves
        while day < days:
            when = start + dt.timedelta(days=int(day))
            spread = 0.1 - math.log(1 - random.random())
            found.append((customer, when, round(taste * spread, 2)))
            if random.random() > chance:
                break
            day += 1 - rhythm * math.log(1 - random.random())
    return sorted(found, key=lambda row: (row[1], row[0]))


def _write(path: Path, header: str, rows: Iterator[str] | list[str]) -> None:
    path.write_text("\n".join([header, *rows, ""]), "utf-8")


def shop(folder: Path) -> None:
    """Write two years of a shop, with the usual names of columns."""
    rows = _orders(
        7,
        240,
        start=dt.date(2023, 1, 1),
        days=731,
        joined=560,
        gap=55.0,
        leaves=0.2,
        price=40.0,
    )
    lines = [f"C{who:04d},{when},{paid:.2f}" for who, when, paid in rows]
    _write(folder / "orders.csv", "customer_id,date,amount", lines)


def visits(folder: Path) -> None:
    """Write a year of visits that cost nothing: each counts as one."""
    rows = _orders(
        11,
        150,
        start=dt.date(2024, 1, 1),
        days=366,
        joined=200,
        gap=21.0,
        leaves=0.12,
        price=1.0,
    )
    lines = [f"{who + 100},{when:%m/%d/%Y},1" for who, when, _ in rows]
    _write(folder / "visits.csv", "member,visited on,visits", lines)


def club(folder: Path) -> None:
    """Write a club's log as a German till does, with ledger, survey and campaigns."""
    rows = _orders(
        23,
        160,
        start=dt.date(2022, 3, 5),
        days=900,
        joined=500,
        gap=48.0,
        leaves=0.2,
        price=900.0,
    )
    random = Random(5)  # noqa: S311 - a log, no secret
    lines, sold = [], []
    for at, (who, when, paid) in enumerate(rows):
        status = "storniert" if at % 41 == 7 else "bezahlt"
        lines.append(f"{who:05d};{when:%d.%m.%Y};{_german(paid)} €;{status}")
        if random.random() < 0.04:
            back = when + dt.timedelta(days=3)
            lines.append(f"{who:05d};{back:%d.%m.%Y};-{_german(paid)} €;bezahlt")
        for part, share in enumerate((0.7, 0.3)):
            listed = paid * share * (1.0 if at % 5 else 1.25)
            sold.append(
                f"{2 * at + part},{at},{who:05d},{when},{'ABC'[(at + part * who) % 3]},"
                f"{listed:.2f},{paid * share:.2f},{paid * share * 0.6:.2f}"
            )
    lines += [f"NULL;{rows[80][1]:%d.%m.%Y};12,00 €;bezahlt"] * 2
    lines += [f" ;{rows[90][1]:%d.%m.%Y};15,00 €;bezahlt"]
    _write(folder / "kasse.csv", "Kunde;Datum;Betrag;Status", lines)
    names = "line_id,order_id,customer_id,date,category"
    _write(folder / "lines.csv", f"{names},list_amount,paid_amount,cost_amount", sold)
    scores = [int(11 * random.random() ** 0.4) for _ in range(120)]
    _write(
        folder / "survey.csv",
        "score,plan",
        [f"{score},{'basic' if at % 3 else 'gold'}" for at, score in enumerate(scores)],
    )
    # A campaign that can be judged, one without a control group, and one too late.
    contacts = [
        *(f"{who:05d},spring,2024-03-04,{who % 3 and 1},1.5" for who in range(150)),
        *(f"{who:05d},all,2024-05-01,1,0.25" for who in range(40)),
        *(f"{who:05d},late,2024-08-20,{who % 2},2" for who in range(60)),
    ]
    _write(folder / "contacts.csv", "customer_id,campaign,date,treated,cost", contacts)


def _german(paid: float) -> str:
    return f"{paid:,.2f}".translate(str.maketrans(",.", ".,"))


def doubtful(folder: Path) -> None:
    """Write a log that should not be believed: each doubt of the page is true of it."""
    rows = _orders(
        31,
        60,
        start=dt.date(2022, 1, 10),
        days=420,
        joined=330,
        gap=75.0,
        leaves=0.35,
        price=25.0,
    )
    # Customers of before the log, a guest account, and rows of the year after.
    begins, comes = dt.date(2022, 1, 10), dt.date(2022, 2, 1)
    week = dt.timedelta(days=7)
    old = [(who + 500, begins + who % 3 * week, 20.0 + who) for who in range(40)]
    guest = [(99, comes + at * week, 80.0) for at in range(50)]
    late = [(who, dt.date(2024, 2, 3), 9.0) for who in range(16)]
    lines = [
        f'{who},{when},"{paid:.2f}"'
        for who, when, paid in sorted([*rows, *old, *guest, *late], key=lambda r: r[1])
    ]
    _write(folder / "export.csv", "id,created,total", lines)


def few(folder: Path) -> None:
    """Write a log of eight customers: too few for a range or a check."""
    rows = [
        ("ann", "2024-01-03", 12.5),
        ("ann", "2024-01-17", 10.0),
        ("ann", "2024-02-20", 11.0),
        ("bob", "2024-01-05", 80.0),
        ("bob", "2024-02-25", 95.0),
        ("cid", "2024-01-09", 5.0),
        ("dan", "2024-01-30", 33.0),
        ("eve", "2024-02-02", 20.0),
        ("eve", "2024-02-02", 7.0),
        ("eve", "2024-02-27", 20.0),
        ("fay", "2024-02-11", 0.0),
        ("gus", "2024-02-14", 41.0),
        ("hal", "2024-02-28", 1_250_000.0),
    ]
    lines = [f"{who},{when},{paid}" for who, when, paid in rows]
    _write(folder / "few.csv", "customer,date,amount", lines)
