"""Drivers of satisfaction, their priorities, and Kano's categories."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtri

from crmkit import errors
from crmkit.satisfaction import (
    DriverWeights,
    Kano,
    fit_driver_weights,
    importance_performance,
    kano,
    kano_by,
    penalty_reward,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]
COLS = ["speed", "price", "staff"]


def _answers(n: int = 300) -> dict[str, Any]:
    rng = np.random.default_rng(21)
    speed = rng.integers(1, 11, n).astype(float)
    price = np.clip(speed + rng.integers(-4, 5, n), 1, 10).astype(float)
    staff = rng.integers(1, 11, n).astype(float)
    overall = 0.7 * speed + 0.2 * price + 0.3 * staff + rng.normal(0, 2, n)
    return {
        "customer_id": rng.integers(0, n // 3, n),
        "speed": speed,
        "price": price,
        "staff": staff,
        "overall": overall,
        "stays": (overall > np.median(overall)).astype(float),
    }


def _r_squared(answers: dict[str, Any], chosen: tuple[str, ...]) -> float:
    X = np.column_stack([np.ones(300), *(answers[name] for name in chosen)])
    y = answers["overall"]
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    return float(1 - ((y - X @ b) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def test_shapley_weights_are_mean_gains_over_all_orders(eager_frame: Build) -> None:
    answers = _answers()
    weights = fit_driver_weights(
        eager_frame(answers), driver_cols=COLS, outcome_col="overall"
    )
    gains = dict.fromkeys(COLS, 0.0)
    for order in permutations(COLS):
        for at, name in enumerate(order):
            gain = _r_squared(answers, order[: at + 1]) - _r_squared(
                answers, order[:at]
            )
            gains[name] += gain / 6
    assert [driver.weight for driver in weights.drivers] == pytest.approx(
        [gains[name] for name in COLS], rel=1e-10
    )
    assert weights.r_squared == pytest.approx(
        _r_squared(answers, tuple(COLS)), rel=1e-11
    )
    assert sum(weights.importance.values()) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("method", ["johnson", "pratt"])
def test_other_methods_divide_the_same_whole(method: Any) -> None:
    import pandas as pd

    answers = _answers()
    weights = fit_driver_weights(
        pd.DataFrame(answers), driver_cols=COLS, outcome_col="overall", method=method
    )
    assert weights.r_squared == pytest.approx(
        _r_squared(answers, tuple(COLS)), rel=1e-10
    )


@pytest.mark.parametrize("method", ["shapley", "johnson"])
def test_the_unit_of_a_driver_changes_nothing(method: Any) -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers())
    scaled = answers.assign(
        speed=answers["speed"] * 1e6 - 3, overall=-answers["overall"]
    )
    first, second = (
        fit_driver_weights(
            rows, driver_cols=COLS, outcome_col="overall", method=method
        ).importance
        for rows in (answers, scaled)
    )
    assert second == pytest.approx(first, rel=1e-7)


@pytest.mark.parametrize("method", ["shapley", "johnson"])
def test_logistic_weights_sum_to_mcfaddens_r_squared(method: Any) -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    answers = pd.DataFrame(_answers())
    weights = fit_driver_weights(
        answers, driver_cols=COLS, outcome_col="stays", method=method, model="logistic"
    )
    other = LogisticRegression(C=1e12, tol=1e-10, max_iter=10_000)
    other.fit(answers[COLS], answers["stays"])
    fitted = log_loss(answers["stays"], other.predict_proba(answers[COLS])[:, 1])
    share = answers["stays"].mean()
    null = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    assert weights.r_squared == pytest.approx(1 - fitted / null, rel=1e-6)
    assert weights.importance["speed"] > weights.importance["staff"] > 0


def test_separated_outcomes_are_refused() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers())
    answers["stays"] = (answers["speed"] > 5).astype(float)
    with pytest.raises(errors.NotEnoughDataError, match="separate 0 from 1"):
        fit_driver_weights(
            answers, driver_cols=COLS, outcome_col="stays", model="logistic"
        )


def test_resamples_give_intervals_ranks_and_a_noise_floor() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers())
    answers["noise"] = np.random.default_rng(3).normal(size=300)
    weights = fit_driver_weights(
        answers,
        driver_cols=[*COLS, "noise"],
        outcome_col="overall",
        n_resamples=200,
        rng=np.random.default_rng(7),
    )
    speed, _, staff, noise = weights.drivers
    lower, upper = speed.interval()
    assert lower < speed.weight < upper
    assert speed.best_share == 1
    assert (speed.above_noise, staff.above_noise, noise.above_noise) == (
        True,
        True,
        False,
    )
    assert weights.noise_floor is not None
    assert 0 < weights.noise_floor < 0.05
    document = json.loads(json.dumps(weights.to_dict()))
    assert DriverWeights.from_dict(document) == weights


def test_the_noise_floor_is_the_95th_percentile_of_noise() -> None:
    import pandas as pd

    # Where nothing is explained, the weight of noise is its squared correlation; under
    # a bootstrap of n rows the correlation has variance 2 / n.
    n = 400
    rng = np.random.default_rng(10)
    answers = pd.DataFrame({"a": rng.normal(size=n), "y": rng.normal(size=n)})
    weights = fit_driver_weights(
        answers, driver_cols=["a"], outcome_col="y", n_resamples=2000, rng=rng
    )
    assert weights.noise_floor == pytest.approx(2 * chdtri(1, 0.05) / n, rel=0.12)


def test_customers_are_drawn_whole() -> None:
    import pandas as pd

    once = pd.DataFrame(_answers())
    once["customer_id"] = np.arange(300)
    copied = pd.concat([once] * 4)
    widths = []
    for rows, customer in ((once, None), (copied, "customer_id"), (copied, None)):
        weights = fit_driver_weights(
            rows,
            driver_cols=COLS,
            outcome_col="overall",
            customer_id_col=customer,
            n_resamples=150,
            rng=np.random.default_rng(1),
        )
        first = weights.drivers[0]
        lower, upper = first.interval()
        widths.append(upper - lower)
    assert widths[1] == pytest.approx(widths[0], rel=0.25)
    assert widths[2] < 0.7 * widths[1]


def test_resampling_needs_a_source_of_chance() -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidTypeError, match="'rng'"):
        fit_driver_weights(
            pd.DataFrame(_answers()),
            driver_cols=COLS,
            outcome_col="overall",
            n_resamples=10,
        )


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"driver_cols": ["speed", "speed"]}, "named twice"),
        ({"driver_cols": [f"x{at}" for at in range(21)]}, "more than 20"),
        ({"method": "pratt", "model": "logistic"}, "'pratt' in a logistic"),
        ({"model": "logistic"}, "other than 0 or 1"),
        ({"method": "beta"}, "no such option"),
    ],
)
def test_what_cannot_be_divided_is_refused(options: Any, match: str) -> None:
    import pandas as pd

    asked: Any = {"driver_cols": COLS, "outcome_col": "overall"} | options
    with pytest.raises(errors.InvalidValueError, match=match):
        fit_driver_weights(pd.DataFrame(_answers()), **asked)


def test_a_column_that_never_varies_is_named(eager_frame: Build) -> None:
    answers = _answers() | {"price": np.ones(300)}
    with pytest.raises(errors.NotEnoughDataError, match="'price'"):
        fit_driver_weights(
            eager_frame(answers), driver_cols=COLS, outcome_col="overall"
        )


def test_priorities_are_cut_at_the_means(eager_frame: Build, columns_of: Read) -> None:
    answers = _answers()
    rows = columns_of(
        importance_performance(
            eager_frame(answers), driver_cols=COLS, outcome_col="overall", scale=(1, 10)
        )
    )
    assert sum(rows["importance"]) == pytest.approx(1, rel=1e-12)
    assert rows["performance"] == pytest.approx(
        [100 * (answers[name].mean() - 1) / 9 for name in COLS], rel=1e-12
    )
    best = rows["driver"][int(np.argmax(rows["importance"]))]
    quadrant = dict(zip(rows["driver"], rows["quadrant"], strict=True))
    assert best == "speed"
    assert quadrant["speed"] in {"concentrate_here", "keep_up"}
    assert sum(rows["gap"]) == pytest.approx(0, abs=1e-10)


def test_penalties_and_rewards_are_found(eager_frame: Build, columns_of: Read) -> None:
    rng = np.random.default_rng(5)
    safe, smile, plain = rng.integers(1, 6, size=(3, 900)).astype(float)
    overall = 5.0 - 2 * (safe <= 2) + (smile >= 4) + rng.normal(0, 1, 900)
    answers = {"safe": safe, "smile": smile, "plain": plain, "overall": overall}
    rows = columns_of(
        penalty_reward(
            eager_frame(answers),
            driver_cols=["safe", "smile", "plain"],
            outcome_col="overall",
            scale=(1, 5),
            low_at_most=2,
            high_at_least=4,
            level=0.99,
        )
    )
    assert rows["kind"] == ["must_be", "delighter", "neutral"]
    assert rows["penalty"][0] == pytest.approx(-2, abs=0.3)
    assert rows["reward"][1] == pytest.approx(1, abs=0.3)


def test_two_answers_per_driver_and_two_more_are_needed() -> None:
    import pandas as pd

    answers = pd.DataFrame({name: [1.0, 5, 3, 2, 4] for name in ("a", "b", "overall")})
    with pytest.raises(errors.NotEnoughDataError, match="needs 6 rows with all"):
        penalty_reward(
            answers,
            driver_cols=["a", "b"],
            outcome_col="overall",
            scale=(1, 5),
            low_at_most=2,
            high_at_least=4,
        )


def test_a_rating_cannot_be_low_and_high() -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match="both low and high"):
        penalty_reward(
            pd.DataFrame(_answers()),
            driver_cols=COLS,
            outcome_col="overall",
            scale=(1, 10),
            low_at_most=5,
            high_at_least=5,
        )


def test_the_published_coefficients_are_reproduced() -> None:
    # Berger et al. (1993): A 40, O 30, M 20, I 10 give .70 and -.50.
    feature = Kano(attractive=40, one_dimensional=30, must_be=20, indifferent=10)
    assert (feature.better, feature.worse) == (0.7, -0.5)
    assert (feature.category_strength, feature.total_strength) == (0.1, 0.9)
    # 40 - 30 < 1.65 sqrt(70 * 130 / 200) = 11.1: not told apart, so the graver.
    assert (feature.significant, feature.category) == (False, "one_dimensional")
    clear = Kano(attractive=50, one_dimensional=20, must_be=20, indifferent=10)
    assert (clear.significant, clear.category) == (True, "attractive")


def test_the_table_is_kanos(frame: Build) -> None:
    table = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    names = {
        "M": "must_be",
        "O": "one_dimensional",
        "A": "attractive",
        "I": "indifferent",
        "R": "reverse",
        "Q": "questionable",
    }
    cells = [(row + 1, column + 1) for row in range(5) for column in range(5)]
    answers = {
        "functional": [row for row, _ in cells],
        "dysfunctional": [column for _, column in cells],
    }
    feature = kano(frame(answers))
    letters = "".join(table)
    for letter, name in names.items():
        assert getattr(feature, name) == letters.count(letter)
    assert feature.n_customers == 25
    single = kano(frame({"functional": [2], "dysfunctional": [5]}))
    assert single == Kano(must_be=1)


def test_features_are_counted_as_each_by_itself(frame: Build, columns_of: Read) -> None:
    answers = {
        "feature": ["lock", "bell", "lock", "bell", "lock"],
        "functional": [2.0, 1.0, 3.0, 1.0, None],
        "dysfunctional": [5.0, 3.0, 5.0, 5.0, 1.0],
    }
    rows = columns_of(kano_by(frame(answers)))
    at = rows["feature"].index("lock")
    lock = Kano(must_be=2, incomplete=1)
    assert rows["must_be"][at] == 2
    assert rows["incomplete"][at] == 1
    assert rows["category"][at] == "must_be"
    assert (rows["worse_lower"][at], rows["worse_upper"][at]) == pytest.approx(
        tuple(lock.interval(of="worse")), rel=1e-14
    )
    assert rows["better"][1 - at] == 1


def test_incomplete_pairs_are_counted(frame: Build) -> None:
    feature = kano(
        frame({"functional": [1.0, 1.0, None], "dysfunctional": [5.0, None, 2.0]})
    )
    assert (feature.one_dimensional, feature.incomplete) == (1, 2)


@pytest.mark.parametrize("wrong", [0, 6, 2.5])
def test_an_answer_that_is_none_of_five_is_refused(frame: Build, wrong: float) -> None:
    answers = {"functional": [1.0, wrong], "dysfunctional": [5.0, 5.0]}
    with pytest.raises(errors.InvalidValueError, match="'functional': unknown answer"):
        kano(frame(answers))


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(any))
def test_better_and_worse_stay_in_range_inside_their_intervals(
    counts: tuple[int, int, int, int],
) -> None:
    M, O, A, I = counts  # noqa: E741 - Kano's letters
    feature = Kano(must_be=M, one_dimensional=O, attractive=A, indifferent=I)
    lower, upper = feature.interval(of="better")
    assert 0 <= lower <= feature.better <= upper <= 1
    lower, upper = feature.interval(of="worse")
    assert -1 <= lower <= feature.worse <= upper <= 0
    assert Kano.from_dict(feature.to_dict()) == feature
