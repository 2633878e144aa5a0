"""Every public result shows itself: a short repr, a sentence, a table in HTML."""

import dataclasses
import datetime as dt
import importlib
import inspect
import math
import re
import types
import typing
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit
from crmkit.fits.result_facts import facts_of, tables_of
from crmkit.fits.value_texts import text_of

HOSTILE = "<script>alert('x')</script>"
FRAME = pd.DataFrame({"customer_id": [HOSTILE], "amount": [1.0]})
DAY = dt.date(2024, 12, 31)
SPACES = [name for name in crmkit.__all__ if inspect.ismodule(getattr(crmkit, name))]
# What a user writes to name columns; nothing in it was found out.
GIVEN = {"HistoryColumns", "TransactionColumns"}
# They show the whole page in a frame: tests/report look at it.
PAGES = {"Findings"}


def results() -> dict[str, Any]:
    spaces = [crmkit, *(importlib.import_module(f"crmkit.{name}") for name in SPACES)]
    spaces += [importlib.import_module(f"crmkit.{name}") for name in ("report", "fits")]
    return {
        kind.__name__: kind
        for space in spaces
        for name in space.__all__
        if inspect.isclass(kind := getattr(space, name))
        and dataclasses.is_dataclass(kind)
        and name not in GIVEN | PAGES | {"Penalty"}
    }


RESULTS = results()
# Fields that have to fit to others.
TOGETHER = {
    ("ValueTiers", "cuts"): (0.5, 0.25),
    ("ValueTiers", "keep"): (0.4, 0.2),
    ("PastError", "cutoff"): "2024-12-31",
}


def filled(hint: Any) -> Any:  # noqa: PLR0911 - one line per kind of field
    """Return a value of a type, whose texts are hostile."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if types.NoneType in arguments:
        return filled(next(each for each in arguments if each is not types.NoneType))
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple(filled(arguments[0]) for _ in range(3))
    if origin is tuple:
        return tuple(map(filled, arguments))
    if origin in {typing.Union, types.UnionType}:
        return filled(arguments[-1])
    alias = getattr(origin, "__value__", None)
    if alias is not None:  # from Python 3.12 on, NumPy names types lazily
        return filled(alias)
    if origin is np.ndarray:
        return np.zeros((3, 7, 2), dtype=bool)
    if dataclasses.is_dataclass(origin or hint):
        return shown(origin or hint)
    plain = {float: 0.25, int: 3, str: HOSTILE, bool: True, dt.date: DAY}
    return plain.get(hint, FRAME)


def shown(kind: Any) -> Any:
    """Fill the fields of a result whose rules do not matter here."""
    value = object.__new__(kind)
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        given = TOGETHER.get((kind.__name__, field.name))
        object.__setattr__(value, field.name, given or filled(hints[field.name]))
    return value


@pytest.mark.parametrize("kind", RESULTS.values(), ids=RESULTS)
def test_a_result_has_a_short_repr_a_sentence_and_a_table(kind: Any) -> None:
    value = shown(kind)
    code, said, table = repr(value), str(value), value._repr_html_()
    assert code.startswith(f"{kind.__name__}(")
    assert len(code) <= 240
    assert "\n" not in code
    assert said
    assert max(map(len, said.splitlines())) <= 600
    assert re.search(r"<p>.+</p>", table)
    assert table.count("<") == table.count(">")
    assert "<script" not in table


def test_a_sentence_names_the_counts_and_the_interval() -> None:
    bounds = crmkit.satisfaction.NonresponseBounds(
        n_invited=100, n_responses=1, lowest=-98.0, highest=99.5, all_passive=0.5
    )
    assert str(bounds) == (
        "Nonresponse bounds: 100 invited, 1 response, lowest -98, highest 99.5, "
        "all passive 0.5, response rate 1%"
    )
    effect = crmkit.clv.CovariateEffect(
        covariate="web", on="rate", estimate=0.3, standard_error=0.1, shrunk=0.28
    )
    low, high = effect.interval()
    assert facts_of(effect)[-1][:2] == ("95% interval", "interval")
    assert f"{low:.4g} to {high:.4g}" in effect._repr_html_()  # type: ignore[attr-defined]


def test_numbers_are_at_the_right_and_words_at_the_left() -> None:
    effect: Any = crmkit.clv.CovariateEffect(
        covariate="a<b", on="rate", estimate=0.3, standard_error=None, shrunk=0.28
    )
    table = effect._repr_html_()
    assert '<td style="text-align:right">0.3</td>' in table
    assert '<td style="text-align:left">a&lt;b</td>' in table
    assert '<td style="text-align:left">unknown</td>' in table


def test_tuples_of_one_length_lie_side_by_side_and_long_ones_are_cut() -> None:
    curve = crmkit.churn.fit_kaplan_meier(
        pd.DataFrame({"duration": range(1, 31), "event_observed": 1})
    )
    (headings, rows), *others = tables_of(curve)
    assert headings[:3] == ("time", "at risk", "events")
    assert len(rows) == 11
    assert rows[-1][0] == ("20 more rows", False)
    assert not others


def test_results_within_a_result_are_its_table() -> None:
    kind = crmkit.segments.ClusterTrial
    trials = tuple(kind(n_clusters=n, silhouette=0.5, stability=0.25) for n in (2, 3))
    clusters: Any = crmkit.segments.Clusters(
        value_cols=("amount",),
        centres=((1.0,), (2.0,)),
        n_customers=(1, 2),
        spread=(1.0,),
        trials=trials,
    )
    assert "<th" in clusters._repr_html_()
    assert (("clusters", "silhouette", "stability")) in [
        headings for headings, _ in tables_of(clusters)
    ]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("n_customers", 1234.0, "1,234"),
        ("n_effective", 6.54, "6.5"),
        ("share_targeted", 0.125, "12.5%"),
        ("share_targeted", 1.5, "1.5"),
        ("profit", -1234567.8, "-1,234,568"),
        ("p_value", 1e-9, "below 0.001"),
        ("ratio", math.inf, "inf"),
        ("found", True, "yes"),
        ("median", None, "unknown"),
        ("names", ("a", "b", "c", "d", "e", "f"), "a, b, c, d, and 2 more"),
        ("customers", FRAME, "table of 1 x 2"),
    ],
)
def test_a_value_is_written_for_its_reader(name: str, value: Any, text: str) -> None:
    assert text_of(name, value) == text
