"""What the summary refuses, and in which words; what it accepts as it is."""

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.errors import CrmkitError, InvalidTypeError, InvalidValueError

END = "2024-03-31"


def _refusal(log: Any, **options: Any) -> Any:
    with pytest.raises(CrmkitError) as caught:
        ck.rfm_summary(log, observation_period_end=END, **options)
    return str(caught.value)


def _summary(log: Any) -> Any:
    return ck.rfm_summary(log, observation_period_end=END)


def _same_as_base(log: Any, base: Any) -> Any:
    found = _summary(log)
    wanted = _summary(pd.DataFrame(base))
    for name in ("frequency", "recency", "T", "monetary_value"):
        assert found[name].to_list() == wanted[name].to_list()
    assert found["customer_id"].astype(str).to_list() == wanted["customer_id"].to_list()


def test_t01_a_missing_amount_is_named_with_its_row(frame: Any, base: Any) -> None:
    base["amount"][3] = None
    said = _refusal(frame(base))
    assert said.startswith("column 'amount': missing value in 1 of 13 rows (first: ")
    assert "customer 'c2'" in said


def test_t01_in_memory_the_row_is_named_too(eager_frame: Any, base: Any) -> None:
    base["amount"][3] = None
    assert "row 3" in _refusal(eager_frame(base))


@pytest.mark.parametrize(("at", "value"), [(5, np.inf), (4, -np.inf)])
def test_t02_t03_an_infinite_amount_is_refused(
    frame: Any, base: Any, at: Any, value: Any
) -> None:
    base["amount"][at] = value
    said = _refusal(frame(base))
    assert said.startswith("column 'amount': infinite value in 1 of 13 rows")


def test_t04_a_missing_date_is_refused(frame: Any, base: Any) -> None:
    base["date"][2] = None
    assert _refusal(frame(base)).startswith(
        "column 'date': missing value in 1 of 13 rows"
    )


def test_t05_a_missing_id_is_refused(frame: Any, base: Any) -> None:
    base["customer_id"][5] = None
    said = _refusal(frame(base))
    assert said.startswith("column 'customer_id': missing value in 1 of 13 rows")


@pytest.mark.parametrize("blank", ["", "  "])
def test_t06_a_blank_id_is_refused(frame: Any, base: Any, blank: str) -> None:
    base["customer_id"][5] = blank
    said = _refusal(frame(base))
    assert said.startswith("column 'customer_id': blank value in 1 of 13 rows")


def test_t07_three_missing_amounts_are_counted(eager_frame: Any, base: Any) -> None:
    for at in (2, 5, 9):
        base["amount"][at] = None
    said = _refusal(eager_frame(base))
    assert said == (
        "column 'amount': missing value in 3 of 13 rows (first: row 2, customer 'c1'). "
        "Drop or fill them first."
    )


def test_t08_a_nullable_hole_is_refused(base: Any) -> None:
    amounts = pd.array([*base["amount"][:3], pd.NA, *base["amount"][4:]], "Float64")
    said = _refusal(pd.DataFrame(base).assign(amount=amounts))
    assert said.startswith(
        "column 'amount': missing value in 1 of 13 rows (first: row 3,"
    )


def test_t10_a_negative_amount_asks_for_a_refund_rule(frame: Any, base: Any) -> None:
    base["amount"][7] = -101.0
    said = _refusal(frame(base))
    assert said.startswith("column 'amount': negative value in 1 of 13 rows")
    assert "refunds='net'" in said


def test_a_customer_of_refunds_only_is_named(frame: Any, base: Any) -> None:
    base["amount"][3] = -5.5
    said = _refusal(frame(base), refunds="net")
    assert said == (
        "column 'amount': customer with refunds and no purchase (1 in all; first: "
        "customer 'c2'). Add the purchases these refunds reverse, or leave them out."
    )


@pytest.mark.parametrize("scale", [1e15, 1e-9])
def test_t12_t13_any_scale_of_money_is_kept(base: Any, scale: Any) -> None:
    log = pd.DataFrame(base)
    scaled = _summary(log.assign(amount=log["amount"] * scale))
    plain = _summary(log)
    np.testing.assert_allclose(
        scaled["monetary_value"], plain["monetary_value"] * scale, rtol=1e-12
    )


def test_t14_small_integers_do_not_wrap() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["c1"] * 3,
            "date": pd.to_datetime(["2024-01-01"] * 3),
            "amount": np.array([100, 100, 100], dtype=np.int8),
        }
    )
    assert _summary(log)["total_amount"].to_list() == [300.0]


def test_t15_large_integers_do_not_wrap() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["c1"] * 2,
            "date": pd.to_datetime(["2024-01-01"] * 2),
            "amount": np.array([2**62, 2**62], dtype=np.int64),
        }
    )
    assert _summary(log)["total_amount"].to_list() == [2.0**63]


def test_t16_narrow_types_keep_ids_and_sums() -> None:
    log = pd.DataFrame(
        {
            "customer_id": np.array([7, 7, 4_000_000_000], dtype=np.uint32),
            "date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01"]),
            "amount": np.array([1, 2, 3], dtype=np.float32),
        }
    )
    found = _summary(log)
    assert found["customer_id"].to_list() == [7, 4_000_000_000]
    assert found["customer_id"].dtype == np.uint32
    assert found["total_amount"].dtype == np.float64


def test_t20_iso_text_is_read(base: Any) -> None:
    log = pd.DataFrame(base)
    _same_as_base(log.assign(date=log["date"].dt.strftime("%Y-%m-%d")), base)


def test_t21_day_first_text_is_never_guessed(base: Any) -> None:
    log = pd.DataFrame(base)
    said = _refusal(log.assign(date=log["date"].dt.strftime("%d/%m/%Y")))
    assert said == (
        "column 'date': non-ISO date in 13 of 13 rows (first: row 0, "
        "value '01/01/2024'). Convert the column to dates first, naming its format."
    )


def test_t22_one_unparsable_text_is_named(base: Any) -> None:
    dates = [date.date().isoformat() for date in base["date"]]
    dates[7] = "soon"
    said = _refusal(pd.DataFrame({**base, "date": dates}))
    assert "column 'date': non-ISO date in 1 of" in said
    assert "row 7, value 'soon'" in said


def test_t23_integer_dates_are_refused(frame: Any, base: Any) -> None:
    base["date"] = [20240101] * 13
    with pytest.raises(InvalidTypeError, match="column 'date': expected dates"):
        _summary(frame(base))


def test_t24_mixed_zones_are_refused(base: Any) -> None:
    dates: list[object] = list(base["date"])
    dates[4] = base["date"][4].replace(tzinfo=dt.UTC)
    log = pd.DataFrame({**base, "date": pd.Series(dates, dtype=object)})
    with pytest.raises(InvalidTypeError, match=r"column 'date': .* at row 4"):
        _summary(log)


def test_t26_a_naive_instant_beside_zoned_dates_is_refused(base: Any) -> None:
    log = pd.DataFrame(base)
    log["date"] = log["date"].dt.tz_localize("Europe/Berlin")
    with pytest.raises(InvalidValueError, match=r"observation_period_end.*date column"):
        ck.rfm_summary(log, observation_period_end=pd.Timestamp(END))


def test_t28_a_year_before_nanoseconds_keeps_its_length(base: Any) -> None:
    log = pd.DataFrame(base)
    dates = log["date"].to_numpy().astype("datetime64[s]")
    dates[3] = np.datetime64("1677-01-01")
    log["date"] = dates
    wanted = (dt.date(2024, 3, 31) - dt.date(1677, 1, 1)).days
    assert _summary(log)["T"].to_list()[1] == wanted


def test_t29_python_dates_are_read(base: Any) -> None:
    dates = [date.date() for date in base["date"]]
    _same_as_base(pd.DataFrame({**base, "date": dates}), base)


@pytest.mark.parametrize("resolution", ["s", "ms", "us", "ns"])
def test_t30_any_resolution_is_read(base: Any, resolution: Any) -> None:
    log: Any = pd.DataFrame(base)
    dates = log["date"].astype(f"datetime64[{resolution}]")
    _same_as_base(log.assign(date=dates), base)


def test_t32_periods_are_refused_by_kind(base: Any) -> None:
    log = pd.DataFrame(base)
    said = _refusal(log.assign(date=log["date"].dt.to_period("D")))
    assert "column 'date'" in said
    assert "period[D]" in said


@pytest.mark.parametrize(
    "index", [[3] * 13, pd.Index(range(13), name="amount")], ids=["duplicate", "named"]
)
def test_t41_t42_the_index_does_not_matter(base: Any, index: Any) -> None:
    _same_as_base(pd.DataFrame(base, index=index), base)


def test_t43_a_multi_index_does_not_matter(base: Any) -> None:
    index = pd.MultiIndex.from_product([[0], range(13)])
    _same_as_base(pd.DataFrame(base, index=index), base)


def test_t47_one_row_is_a_customer() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["a"],
            "date": pd.to_datetime(["2024-01-01"]),
            "amount": [1.0],
        }
    )
    row = _summary(log).iloc[0]
    assert (row["frequency"], row["recency"], row["T"]) == (0, 0.0, 90.0)


def test_t50_a_missing_column_lists_what_there_is(frame: Any, base: Any) -> None:
    base["Amount"] = base.pop("amount")
    said = _refusal(frame(base))
    assert said == (
        "missing column ['amount']; the frame has ['customer_id', 'date', "
        "'Amount']. Did you mean 'Amount' for 'amount'? Rename them, or pass the "
        "matching *_col argument."
    )


def test_t51_two_columns_of_one_name_are_counted(base: Any) -> None:
    log = pd.DataFrame(base)
    twice = pd.concat([log, log[["amount"]]], axis=1)
    assert "column 'amount': 2 columns of this name" in _refusal(twice)


@pytest.mark.parametrize(
    "amounts",
    [
        ["10.00"] * 13,
        ["1.234,50 €"] * 13,
        [True] * 13,
        [1 + 2j] * 13,
        pd.to_timedelta([1] * 13),
        [decimal.Decimal("1.5")] * 13,
        pd.arrays.SparseArray([1.0] * 13),
    ],
    ids=["text", "euro", "bool", "complex", "timedelta", "decimal", "sparse"],
)
def test_t52_to_t68_amounts_that_are_no_numbers_are_refused(
    base: Any, amounts: Any
) -> None:
    with pytest.raises(InvalidTypeError, match="column 'amount': expected numbers"):
        _summary(pd.DataFrame({**base, "amount": amounts}))


def test_t57_t58_nullable_and_arrow_types_are_read(base: Any) -> None:
    log = pd.DataFrame(base)
    _same_as_base(log.convert_dtypes(), base)
    _same_as_base(log.convert_dtypes(dtype_backend="pyarrow"), base)


def test_t59_unused_categories_make_no_rows(base: Any) -> None:
    log = pd.DataFrame(base)
    ids = pd.Categorical(
        log["customer_id"], ["zz", "yy", *sorted(set(base["customer_id"]))]
    )
    found = _summary(log.assign(customer_id=ids))
    assert found["customer_id"].to_list() == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert isinstance(found["customer_id"].dtype, pd.CategoricalDtype)


@pytest.mark.parametrize("ids", [[[1]] * 13, [1, "1"] * 6 + [2]], ids=["list", "mixed"])
def test_t60_t61_ids_that_cannot_be_told_apart_are_refused(base: Any, ids: Any) -> None:
    log = pd.DataFrame({**base, "customer_id": pd.Series(ids, dtype=object)})
    with pytest.raises(InvalidTypeError, match="column 'customer_id': expected ids"):
        _summary(log)


def test_t62_large_integer_ids_come_out_exactly(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["customer_id"] = [2**53 + 1 + at % 2 for at in range(13)]
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    assert sorted(columns_of(summary)["customer_id"]) == [2**53 + 1, 2**53 + 2]


def test_t63_float_ids_are_kept(base: Any) -> None:
    base["customer_id"] = [1.0, 2.0] * 6 + [1.0]
    assert _summary(pd.DataFrame(base))["customer_id"].to_list() == [1.0, 2.0]


def test_t64_ids_are_never_normalised(frame: Any, columns_of: Any) -> None:
    ids = ["é", "e\u0301", "🛒", " a", "a ", "a"]
    log = {
        "customer_id": ids,
        "date": [dt.datetime(2024, 1, 1)] * 6,
        "amount": [1.0] * 6,
    }
    summary = ck.rfm_summary(frame(log), observation_period_end=END)
    assert set(columns_of(summary)["customer_id"]) == set(ids)


def test_t66_read_only_arrays_are_only_read(base: Any) -> None:
    amounts = np.array(base["amount"])
    amounts.flags.writeable = False
    _same_as_base(pd.DataFrame({**base, "amount": amounts}, copy=False), base)


@pytest.mark.parametrize("thing", [[], None, np.zeros(3), {"amount": [1.0]}])
def test_t69_what_is_no_frame_is_refused(thing: Any) -> None:
    with pytest.raises(InvalidTypeError, match="expected a DataFrame"):
        _summary(thing)


def test_t70_unused_categories_cost_nothing() -> None:
    names = pd.Index([str(at) for at in range(200_000)])
    ids = pd.Categorical.from_codes([at % 50 for at in range(100)], names)
    log = pd.DataFrame(
        {
            "customer_id": ids,
            "date": pd.to_datetime(["2024-01-01"] * 100),
            "amount": 1.0,
        }
    )
    assert len(_summary(log)) == 50


@pytest.mark.parametrize(
    "end", [None, pd.NaT, "", "31/03/2024", 20240331, float("nan"), ["2024-03-31"]]
)
def test_an_end_that_is_no_date_is_refused(base: Any, end: Any) -> None:
    with pytest.raises(CrmkitError, match="observation_period_end"):
        ck.rfm_summary(pd.DataFrame(base), observation_period_end=end)


@pytest.mark.parametrize("name", ["grain", "time_unit", "refunds"])
def test_an_unknown_option_lists_the_known_ones(base: Any, name: Any) -> None:
    said = _refusal(pd.DataFrame(base), **{name: "fortnight"})
    assert said.startswith(f"argument '{name}': no such option 'fortnight'. Choose one")


def test_an_id_named_like_a_column_of_the_summary_is_refused(base: Any) -> None:
    ends = {"calibration_period_end": "2024-01-31", "observation_period_end": END}
    log = pd.DataFrame(base)
    for split in (False, True):
        make: Any = ck.calibration_holdout_summary if split else ck.rfm_summary
        given = ends if split else {"observation_period_end": END}
        written = set(make(log, **given).columns) - {"customer_id"}
        assert len(written) == (12 if split else 8)
        other = log.rename(columns={"customer_id": "holdout_group"})
        assert "holdout_group" in make(other, customer_id_col="holdout_group", **given)
        for name in written:
            named = log.rename(columns={"customer_id": name})
            with pytest.raises(InvalidValueError, match="a column that a summary"):
                make(named, customer_id_col=name, **given)


@pytest.mark.parametrize("name", ["customer_id_col", "date_col", "amount_col"])
@pytest.mark.parametrize("function", [ck.rfm_summary, ck.calibration_holdout_summary])
def test_a_column_in_place_of_its_name_is_refused(
    name: str, function: Any, base: Any
) -> None:
    log = pd.DataFrame(base)
    ends = {"observation_period_end": END}
    if function is ck.calibration_holdout_summary:
        ends["calibration_period_end"] = "2024-01-31"
    with pytest.raises(InvalidTypeError, match="Pass the name of one column"):
        function(log, **ends, **{name: log[name.removesuffix("_col")]})
