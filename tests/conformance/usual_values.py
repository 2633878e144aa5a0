"""What the arguments of methods usually are, by their names."""

import copy
from collections.abc import Iterable
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "frequency": [2, 0, 1],
        "recency": [3.0, 0.0, 2.0],
        "T": [5.0, 4.0, 6.0],
        "monetary_value": [20.0, 0.0, 35.0],
        "tenure": [1, 2, 3],
        "inactivity": [10.0, 200.0, 40.0],
        "clv": [10.0, 20.0, 30.0],
        "clv_if_active": [12.0, 30.0, 31.0],
        "churn_risk": [0.1, 0.4, 0.2],
    }
)
DATED = CUSTOMERS.assign(
    first_date=pd.to_datetime(["2024-01-01", "2024-01-15", "2024-02-01"]),
    last_date=pd.to_datetime(["2024-02-25", "2024-01-15", "2024-02-20"]),
)
# What the arguments of methods usually are, by their names.
USUAL: dict[str, Any] = {
    "customers": CUSTOMERS,
    "frequency": [2, 0, 1],
    "recency": [3, 0, 2],
    "T": [5, 4, 6],
    "monetary_value": [20.0, 15.0, 35.0],
    "horizon": 4,
    "discount_rate": 0.01,
    "n": 1,
    "t": [1, 2, 3],
    "times": [1, 2],
    "periods": 3,
    "share": 0.5,
    "customer": np.array([0, 2, 2]),
    "rng": np.random.default_rng(1),
    "value": 10.0,
    "margin": 10.0,
    "risk": [0.1, 0.5],
    "clv": [100.0, 20.0],
    "churned": [1, 0],
    "renewal": [1, 2],
    "renewals": [1, 2],
    "tenure": [1, 2],
    "n_customers": 1000,
    "n_invited": 2000,
    "n_renewals": 3,
    "standard_acquisition": 20.0,
    "expectation": 4.0,
    "performance": 5.0,
}


def fitter(name: str, parameters: dict[str, float]) -> Any:
    """An object that looks like a fitter of the package lifetimes."""
    return type(name, (), {"params_": parameters})()


def numbers(columns: Iterable[str], lowest: float) -> pd.DataFrame:
    return pd.DataFrame({name: [lowest, lowest + 1, lowest + 2] for name in columns})


class Estimator:
    """A fitted survival model of lifelines and of scikit-survival at once."""

    def predict_survival_function(self, customers: Any, times: Any = None) -> Any:
        if times is None:
            step = SimpleNamespace(x=np.array([1.0, 2.0]), y=np.array([0.9, 0.5]))
            return [step] * len(customers)
        curve = np.exp(-np.asarray(times, np.float64))
        return pd.DataFrame(dict.fromkeys(range(len(customers)), curve), index=times)


def of_covariates(model: Any) -> dict[str, Any]:
    """Return customers who have every column that a model was fitted with."""
    names = [each.covariate for each in getattr(model, "effects", ())]
    held = {name: [0.0, 1.0, 0.5] for name in names}
    return {"customers": CUSTOMERS.assign(**held)} if held else {}


def copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - what cannot be copied is used as it is
        return value


def count_of_none(value: Any) -> int:
    held = [getattr(value, each.name) for each in fields(value)]
    return sum(each is None or (isinstance(each, tuple) and not each) for each in held)
