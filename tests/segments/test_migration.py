"""Movement between tiers with the cuts held still."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments
from crmkit.segments import Migration

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

BEFORE = {"customer_id": list("abcdef"), "value_tier": list("AABBCC")}
AFTER = {"customer_id": list("badcxyz"), "value_tier": list("ABBAACC")}
YEAR = Migration(
    tiers=("A", "B"),
    moved=((80.0, 10.0), (20.0, 140.0)),
    gone=(10.0, 40.0),
    new=(0.0, 50.0),
)


@pytest.fixture
def both(frame: Make) -> tuple[Any, Any]:
    if frame.__name__ != "_duckdb":
        return frame(BEFORE), frame(AFTER)
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    first, second = pa.table(BEFORE), pa.table(AFTER)
    return connection.from_arrow(first), connection.from_arrow(second)


def test_who_moved_where(both: tuple[Any, Any]) -> None:
    found = segments.fit_migration(*both, tiers=("A", "B", "C"))
    assert [list(row) for row in found.moved] == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert list(found.gone) == [0, 0, 2]
    assert list(found.new) == [1, 0, 2]
    assert list(found.before) == [2, 2, 2]
    assert list(found.after) == [3, 2, 2]


def test_the_table_says_who_is_gone(both: tuple[Any, Any], columns_of: Read) -> None:
    table = segments.migration_table(*both, tiers=("A", "B", "C"))
    assert type(table) is type(both[0])
    found = columns_of(table)
    cells = dict(
        zip(
            zip(found["from_tier"], found["to_tier"], strict=True),
            zip(found["n_customers"], found["share"], strict=True),
            strict=True,
        )
    )
    assert len(cells) == 12
    assert cells["C", "gone"] == (2, 1.0)
    assert cells["A", "B"] == (1, 0.5)


def test_the_share_of_a_tier_of_one_customer_is_known() -> None:
    import pandas as pd

    tier = pd.DataFrame({"customer_id": [1], "value_tier": ["A"]})
    table = segments.migration_table(tier, tier, tiers=("A", "B"))
    assert list(table["share"][:3]) == [1, 0, 0]
    assert table["share"][3:].isna().all()


def test_frozen_cuts_show_the_customers_move(eager_frame: Make) -> None:
    frame = eager_frame
    base: dict[str, list[Any]] = {
        "customer_id": list(range(50)),
        "clv": [float(v) for v in range(50)],
    }
    tiers = segments.fit_value_tiers(frame(base))
    doubled = {**base, "clv": [2 * value for value in base["clv"]]}
    still = segments.fit_value_tiers(frame(doubled)).with_value_tier(frame(doubled))
    moved = tiers.with_value_tier(frame(doubled))
    start = tiers.with_value_tier(frame(base))
    refit = segments.fit_migration(start, still, tiers=tiers.labels)
    frozen = segments.fit_migration(start, moved, tiers=tiers.labels)
    assert refit.stayed_share == 1  # all doubled, and the table says: nothing happened
    assert frozen.upgraded_share > 0.3
    assert frozen.downgraded_share == 0


def test_shares_of_movement() -> None:
    assert YEAR.stayed_share == 220 / 300
    assert YEAR.upgraded_share == 20 / 300
    assert YEAR.downgraded_share == 10 / 300
    assert YEAR.gone_share == 50 / 300
    total = YEAR.stayed_share + YEAR.upgraded_share
    assert total + YEAR.downgraded_share + YEAR.gone_share == pytest.approx(1)


def test_the_long_run_replaces_those_who_leave() -> None:
    # P with newcomers in B: A .8/.2, B .1/.9.
    assert YEAR.steady_state() == pytest.approx({"A": 1 / 3, "B": 2 / 3}, rel=1e-12)


def test_the_long_run_without_newcomers_is_refused() -> None:
    leaking = Migration(
        tiers=("A", "B"), moved=((5.0, 1.0), (1.0, 5.0)), gone=(1.0, 1.0), new=(0, 0)
    )
    with pytest.raises(errors.NotEnoughDataError, match="new customers"):
        leaking.steady_state()


def test_tiers_that_fall_apart_have_no_long_run() -> None:
    apart = Migration(
        tiers=("A", "B"), moved=((5.0, 0.0), (0.0, 5.0)), gone=(0, 0), new=(0, 0)
    )
    with pytest.raises(errors.NotEnoughDataError, match="connected"):
        apart.steady_state()


def test_value_by_starting_tier() -> None:
    found = YEAR.expected_value({"A": 100.0, "B": 10.0}, discount_rate=0.1)
    # v = m + P v / 1.1, solved by hand.
    assert found == pytest.approx({"A": 410.0, "B": 130.0}, rel=1e-12)


def test_undiscounted_value_without_end_is_refused() -> None:
    closed = Migration(
        tiers=("A", "B"), moved=((5.0, 1.0), (1.0, 5.0)), gone=(0, 0), new=(0, 0)
    )
    with pytest.raises(errors.InvalidValueError, match="all periods is infinite"):
        closed.expected_value({"A": 1.0, "B": 1.0}, discount_rate=0.0)
    counted = closed.expected_value({"A": 1.0, "B": 1.0}, discount_rate=0.0, periods=7)
    assert counted == pytest.approx({"A": 7.0, "B": 7.0})


def test_a_tier_without_value_is_named() -> None:
    with pytest.raises(errors.InvalidValueError, match=r"no value for \['B'\]"):
        YEAR.expected_value({"A": 1.0}, discount_rate=0.1)


def test_a_tier_without_customers_says_nothing() -> None:
    empty = Migration(
        tiers=("A", "B"), moved=((5.0, 0.0), (0.0, 0.0)), gone=(0, 0), new=(0, 0)
    )
    with pytest.raises(errors.NotEnoughDataError, match=r"none in \['B'\]"):
        _ = empty.probabilities


def test_a_table_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="not 2 by 2"):
        Migration(tiers=("A", "B"), moved=((1.0, 2.0),), gone=(0, 0), new=(0, 0))


def test_a_table_travels_as_json() -> None:
    document = json.loads(json.dumps(YEAR.to_dict()))
    assert Migration.from_dict(document) == YEAR


def test_a_customer_there_twice_is_refused(frame: Make) -> None:
    twice = frame({"customer_id": ["a", "a", "b"], "value_tier": ["A", "B", "A"]})
    with pytest.raises(errors.InvalidValueError, match="customer with more than one"):
        segments.fit_migration(twice, twice, tiers=("A", "B"))


def test_an_unknown_tier_is_refused(frame: Make) -> None:
    base = frame({"customer_id": ["a"], "value_tier": ["Z"]})
    with pytest.raises(errors.InvalidValueError, match="not one of"):
        segments.fit_migration(base, base, tiers=("A", "B"))


def test_each_customers_change(frame: Make, columns_of: Read) -> None:
    base = frame(
        {
            "previous_tier": ["B", "A", "A", None, "B"],
            "value_tier": ["A", "B", "A", "B", None],
        }
    )
    found = columns_of(segments.with_tier_change(base, tiers=("A", "B")))
    pairs = zip(found["previous_tier"], found["value_tier"], strict=True)
    names = [(str(was)[0], str(now)[0]) for was, now in pairs]
    change = dict(zip(names, found["tier_change"], strict=True))
    values = sorted(change.values())
    assert values == ["down", "gone", "new", "same", "up"]
    assert change["B", "A"] == "up"
    assert change["A", "B"] == "down"


def test_the_stability_index_is_zero_when_nothing_shifts() -> None:
    assert np.isclose(
        Migration(
            tiers=("A", "B"), moved=((5.0, 1.0), (1.0, 5.0)), gone=(0, 0), new=(0, 0)
        ).population_stability_index
        or 0.0,
        0,
    )


def test_a_printed_migration_says_where_customers_went() -> None:
    nobody = Migration(tiers=("A",), moved=((0.0,),), gone=(0.0,), new=(3.0,))
    assert str(nobody) == "of 0 customers; 3 new"
    assert "16.7% gone; 50 new" in str(YEAR)


def test_shares_of_nobody_are_refused() -> None:
    empty = segments.Migration(
        tiers=("A", "B"), moved=((0.0, 0.0), (0.0, 0.0)), gone=(0.0, 0.0), new=(1.0, 0)
    )
    assert str(empty) == "of 0 customers; 1 new"
    for share in ("stayed_share", "upgraded_share", "downgraded_share", "gone_share"):
        with pytest.raises(errors.NotEnoughDataError, match="1 customer before"):
            getattr(empty, share)


def test_customers_of_two_dates_have_ids_of_one_kind(frame: Make) -> None:
    spring = frame({"customer_id": [1, 2], "value_tier": ["A", "B"]})
    autumn = frame({"customer_id": ["1", "2"], "value_tier": ["A", "A"]})
    for ask in (segments.fit_migration, segments.migration_table):
        with pytest.raises(errors.InvalidTypeError, match="ids that are numbers"):
            ask(spring, autumn, tiers=("A", "B"))
    # Else every prospect would seem to be no customer yet.
    with pytest.raises(errors.InvalidTypeError, match="'customer_id' of the second"):
        segments.with_potential_stage(spring, autumn)


def test_frames_of_two_libraries_are_refused() -> None:
    import pandas as pd
    import polars as pl

    columns = {"customer_id": [1, 2], "value_tier": ["A", "B"]}
    with pytest.raises(errors.InvalidTypeError, match="expected a frame of pandas"):
        segments.fit_migration(
            pd.DataFrame(columns), pl.DataFrame(columns), tiers=("A", "B")
        )


def test_whole_numbers_and_floats_are_the_same_customers(eager_frame: Make) -> None:
    # A missing id anywhere has turned the ids of one file into floats.
    whole = eager_frame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]})
    floats = eager_frame(
        {"customer_id": [1.0, 2.0, 4.0], "value_tier": ["B", "B", "A"]}
    )
    moves = segments.fit_migration(whole, floats, tiers=("A", "B"))
    assert [list(row) for row in moves.moved] == [[0, 1], [0, 1]]
    assert [*moves.gone, *moves.new] == [0, 1, 1, 0]
    back = segments.fit_migration(floats, whole, tiers=("A", "B"))
    assert [*back.new] == [0, 1]


def test_fractions_are_nobody_among_whole_numbers(eager_frame: Make) -> None:
    whole = eager_frame({"customer_id": [1, 2], "value_tier": ["A", "B"]})
    half = eager_frame({"customer_id": [1.5, 2.0], "value_tier": ["A", "B"]})
    moves = segments.migration_table(whole, half, tiers=("A", "B"))
    assert type(moves) is type(whole)
