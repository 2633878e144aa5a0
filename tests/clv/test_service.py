"""A service loads models from JSON, scores from many threads, and has no pandas."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from crmkit import clv

SCORE = """
import json, sys
from crmkit import clv
purchases = clv.BgNbd.from_dict(json.loads(sys.argv[1]))
spend = clv.GammaGamma.from_dict(json.loads(sys.argv[2]))
value = purchases.discounted_expected_purchases(
    [3], [20.0], [39.0], horizon=52, discount_rate=0.002
) * spend.expected_spend([3], [25.0])
print(json.dumps([value.tolist(), "pandas" in sys.modules]))
"""

PURCHASES = clv.BgNbd(r=0.243, alpha=4.41, a=0.793, b=2.43)
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)


def test_a_model_from_json_scores_without_pandas() -> None:
    documents = [json.dumps(model.to_dict()) for model in (PURCHASES, SPEND)]
    done = subprocess.run(
        [sys.executable, "-c", SCORE, *documents],
        capture_output=True,
        text=True,
        check=True,
    )
    (value,), pandas_there = json.loads(done.stdout)
    bought = PURCHASES.discounted_expected_purchases(
        [3], [20.0], [39.0], horizon=52, discount_rate=0.002
    )
    assert value == float((bought * SPEND.expected_spend([3], [25.0]))[0])
    assert not pandas_there


def test_threads_get_the_scores_of_one_thread() -> None:
    rng = np.random.default_rng(5)
    x = rng.poisson(2.0, 200).astype(float)
    T = rng.uniform(10, 100, 200)
    t_x = np.where(x > 0, T * rng.random(200), 0.0)

    def score(start: int) -> list[float]:
        part = slice(start, start + 5)
        bought = PURCHASES.expected_purchases(x[part], t_x[part], T[part], horizon=20)
        alive = PURCHASES.probability_alive(x[part], t_x[part], T[part])
        return [*bought.tolist(), *alive.tolist()]

    starts = list(range(0, 200, 5)) * 5
    alone = [score(start) for start in starts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(score, starts)) == alone
