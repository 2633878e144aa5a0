"""What the arguments of methods usually are, by their names."""

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
