"""What each campaign added is told on the page, by the public function."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import incremental_profit
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import CrmkitError, InvalidValueError
from crmkit.report import Findings, Question, analyse
from crmkit.report.findings.campaign_results import campaign_results
from crmkit.report.intake.campaign_file import read_contacts
from crmkit.report.intake.prepare import prepare_log
from crmkit.report.page.html_page import render_page

END = dt.date(1998, 6, 30)
QUESTION = Question(source="CDNOW", observation_period_end=END, margin=0.5)
DAY = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return load_cdnow_sample()


@pytest.fixture(scope="module")
def contacts(log: pd.DataFrame) -> pd.DataFrame:
    ids = np.sort(log["customer_id"].unique())
    autumn = pd.DataFrame(
        {
            "customer_id": ids[:1200],
            "campaign": "autumn",
            "date": DAY,
            "treated": np.arange(1200) % 3 > 0,
            "cost": 0.2,
        }
    )
    late = autumn.assign(campaign="late", date=pd.Timestamp(END))
    all_treated = autumn.assign(campaign="all", date=pd.Timestamp("1998-06-20"))
    all_treated["treated"] = True
    # Prospects who never bought count too, as having spent nothing.
    prospects = autumn.head(30).assign(customer_id=np.arange(30) + 10**6)
    return pd.concat([late, all_treated, autumn, prospects], ignore_index=True)


@pytest.fixture(scope="module")
def found(log: pd.DataFrame, contacts: pd.DataFrame) -> Findings[Any]:
    return analyse(log, question=QUESTION, campaigns=contacts)


def test_the_profit_added_is_that_of_the_public_function(
    found: Findings[Any], log: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    days = (log["date"] - DAY).dt.days
    spent = log[(days > 0) & (days <= 28)].groupby("customer_id")["amount"].sum()
    autumn = contacts[contacts["campaign"] == "autumn"]
    profit = 0.5 * autumn["customer_id"].map(spent).fillna(0.0)
    by_hand = incremental_profit(
        autumn.assign(profit=profit, cost=autumn["cost"] * autumn["treated"]),
        cost_col="cost",
    )
    first = found.campaigns[0]
    assert (first.name, first.start, first.days) == ("autumn", DAY.date(), 28)
    assert first.added is not None
    assert first.added.profit == pytest.approx(by_hand.profit, rel=1e-12)
    assert first.added.interval() == by_hand.interval()
    treated = autumn["treated"].to_numpy()
    assert first.n_treated == treated.sum()
    assert first.cost == pytest.approx(0.2 * treated.sum(), rel=1e-12)
    assert first.bought_treated == (profit > 0)[treated].mean()
    assert first.bought_control == (profit > 0)[~treated].mean()


def test_a_campaign_that_cannot_be_judged_says_why(found: Findings[Any]) -> None:
    assert [each.name for each in found.campaigns] == ["autumn", "all", "late"]
    _, everyone, late = found.campaigns
    assert (everyone.added, everyone.days) == (None, 10)
    assert everyone.refused == "it has no control group"
    assert (late.added, late.days) == (None, 0)
    assert late.refused == "it ended when the log does"


def test_the_page_has_a_row_for_each_campaign(found: Findings[Any]) -> None:
    page = render_page(found)
    assert '<section id="campaigns">' in page
    assert "The one campaign with a control group added" in " ".join(page.split())
    assert "<td>not known</td><td>it has no control group</td>" in page


def test_contacts_are_read_from_a_file(
    contacts: pd.DataFrame, found: Findings[Any], log: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    contacts.assign(treated=contacts["treated"].astype(int)).to_csv(file, index=False)
    read = read_contacts(str(file))
    again = analyse(log, question=QUESTION, campaigns=read.to_pandas())
    assert again.campaigns == found.campaigns


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"customer_id": [1, 1]}, "customer twice in campaign 'a'"),
        ({"customer_id": ["x", "y"]}, "no customer of the log.*'x'"),
        ({"treated": [1, 2]}, "'treated'"),
        ({"cost": [1.0, -1.0]}, "'cost'"),
    ],
)
def test_contacts_that_break_a_rule_are_refused(
    log: pd.DataFrame, changed: dict[str, Any], said: str
) -> None:
    rows = pd.DataFrame(
        {
            "customer_id": [1, 2],
            "campaign": ["a", "a"],
            "date": [DAY, DAY],
            "treated": [1, 0],
        }
    )
    with pytest.raises(InvalidValueError, match=said):
        analyse(log, question=QUESTION, campaigns=rows.assign(**changed))


def test_a_file_without_groups_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("customer_id,campaign,date\n1,a,2024-01-01\n")
    with pytest.raises(InvalidValueError, match="no column 'treated'"):
        read_contacts(str(file))
    file.write_text("customer_id,campaign,date,treated\n1,a,2024-01-01,yes\n")
    with pytest.raises(InvalidValueError, match="unreadable value 'yes'"):
        read_contacts(str(file))


def test_contacts_without_rows_are_no_campaign_so_far(
    log: pd.DataFrame, contacts: pd.DataFrame, tmp_path: Path
) -> None:
    empty = tmp_path / "contacts.csv"
    empty.write_text("customer_id,campaign,date,treated\n")
    prepared = prepare_log(log, question=QUESTION)
    for none in (contacts[:0], contacts[:0].astype(object), read_contacts(str(empty))):
        assert campaign_results(none, prepared, question=QUESTION) == ()
    with pytest.raises(CrmkitError, match="treated"):
        campaign_results(contacts[["campaign"]][:0], prepared, question=QUESTION)


@pytest.mark.parametrize("ago", [1, 3, 27, 28, 29])
def test_purchases_count_from_the_day_after_a_contact_to_the_last_that_all_share(
    ago: int,
) -> None:
    contact = END - dt.timedelta(days=ago)
    after = (0, 1, 2, 26, 27, 28, 29)
    rows = [(1, day, 2.0**day) for day in after] + [(2, -1, 3.0), (2, 1, 4.0)]
    log = pd.DataFrame(
        {
            "customer_id": [who for who, _, _ in rows],
            "date": [pd.Timestamp(contact) + pd.Timedelta(days=d) for _, d, _ in rows],
            "amount": [amount for *_, amount in rows],
        }
    )
    asked = Question(source="", observation_period_end=END, margin=0.25)
    sent = pd.DataFrame(
        {
            "customer_id": [1, 3, 2, 4, 5],
            "campaign": "a",
            "date": pd.Timestamp(contact),
            "treated": [1, 1, 0, 0, 0],
            "cost": [0.5, 0.75, 9.0, 9.0, 9.0],
        }
    )
    (found,) = campaign_results(sent, prepare_log(log, question=asked), question=asked)
    days = min(ago, 28)
    assert (found.days, found.n_treated, found.n_control) == (days, 2, 3)
    assert (found.bought_treated, found.bought_control) == (1 / 2, 1 / 3)
    assert found.cost == 1.25
    assert found.added is not None
    spent = sum(2.0**day for day in after if 0 < day <= days)
    by_hand = 2 * (0.25 * (spent / 2 - 4 / 3) - 1.25 / 2)
    assert found.added.profit == pytest.approx(by_hand, rel=1e-12)
