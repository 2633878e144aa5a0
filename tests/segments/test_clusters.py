"""The thin door to clustering: scale-free, honest about k, frozen."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def three_groups(n: int = 20) -> dict[str, list[float]]:
    rng = np.random.default_rng(8)
    centres = np.array([[2.0, 10.0], [2.0, 90.0], [30.0, 50.0]])
    points = np.repeat(centres, n, axis=0) + rng.normal(0, [0.5, 3.0], (3 * n, 2))
    return {"orders": points[:, 0].tolist(), "basket": points[:, 1].tolist()}


def fitted(base: Any, **options: Any) -> segments.Clusters:
    return segments.fit_clusters(
        base,
        value_cols=("orders", "basket"),
        rng=np.random.default_rng(1),
        n_clusters=(2, 3),
        n_resamples=1,
        **options,
    )


def test_three_groups_are_found_in_plain_units(eager_frame: Make) -> None:
    found = fitted(eager_frame(three_groups()))
    assert found.n_customers == (20, 20, 20)
    centres = sorted(found.centres)
    assert centres[2] == pytest.approx((30, 50), abs=2)
    assert [trial.n_clusters for trial in found.trials] == [2, 3]
    best = max(found.trials, key=lambda trial: trial.silhouette)
    assert best.n_clusters == 3
    assert best.stability == pytest.approx(1, abs=0.05)


def test_a_base_that_fits_is_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    from crmkit.segments.profiles import clusters

    base = pd.DataFrame(three_groups())
    whole = fitted(base)
    monkeypatch.setattr(clusters, "_SHOWN", 60)
    assert fitted(base) == whole
    # Of a larger base as many are drawn, each once: nearly the same silhouettes.
    monkeypatch.setattr(clusters, "_SHOWN", 59)
    sampled = fitted(base)
    for one, all_of_them in zip(sampled.trials, whole.trials, strict=True):
        assert one.silhouette != all_of_them.silhouette
        assert one.silhouette == pytest.approx(all_of_them.silhouette, abs=0.03)


@pytest.mark.parametrize(("n", "shown"), [(5_000, 5_000), (5_001, 5_000)])
def test_the_silhouette_of_a_large_base_is_that_of_five_thousand(
    monkeypatch: pytest.MonkeyPatch, n: int, shown: int
) -> None:
    from sklearn import metrics

    from crmkit.segments.profiles import clusters

    def score(scaled: Any, labels: Any) -> float:
        assert (scaled[:, 0] % 2 == labels).all()
        return float(np.unique(scaled).size)

    monkeypatch.setattr(metrics, "silhouette_score", score)
    scaled = np.arange(n, dtype=np.float64)[:, None]
    rng = np.random.default_rng(3)
    assert clusters._silhouette(scaled, np.arange(n) % 2, rng) == shown


def test_units_do_not_matter() -> None:
    import polars as pl

    base = three_groups()
    pence = {**base, "basket": [100 * value for value in base["basket"]]}
    plain, scaled = fitted(pl.DataFrame(base)), fitted(pl.DataFrame(pence))
    assert plain.n_customers == scaled.n_customers
    assert sorted(b for _, b in scaled.centres) == pytest.approx(
        [100 * b for b in sorted(b for _, b in plain.centres)], rel=1e-9
    )


def test_frozen_clusters_are_applied_to_others(
    eager_frame: Make, columns_of: Read
) -> None:
    found = segments.Clusters(
        value_cols=("orders", "basket"),
        centres=((2.0, 10.0), (30.0, 50.0)),
        n_customers=(20, 10),
        spread=(10.0, 20.0),
        trials=(),
    )
    place = 2
    others = eager_frame({"orders": [29, 2], "basket": [48, 11]})
    labels = columns_of(found.with_cluster(others))["cluster"]
    assert labels[0] == place
    assert labels[1] != place


def test_clusters_travel_as_json() -> None:
    import polars as pl

    found = fitted(pl.DataFrame(three_groups()))
    document = json.loads(json.dumps(found.to_dict()))
    assert segments.Clusters.from_dict(document) == found


def test_a_column_the_same_for_everybody_is_refused(eager_frame: Make) -> None:
    base = three_groups()
    with pytest.raises(errors.InvalidValueError, match="the same value for all"):
        fitted(eager_frame({**base, "basket": [1.0] * 60}))


def test_too_few_customers_are_refused(eager_frame: Make) -> None:
    with pytest.raises(errors.NotEnoughDataError, match="more than 6 customers"):
        fitted(eager_frame({"orders": [1.0, 2.0], "basket": [1.0, 2.0]}))


def test_a_lazy_frame_is_to_be_collected_first() -> None:
    import polars as pl

    with pytest.raises(errors.InvalidTypeError, match="Collect it first"):
        fitted(pl.DataFrame(three_groups()).lazy())


def test_customers_who_are_too_much_alike_are_refused(eager_frame: Make) -> None:
    alike = {"orders": [1, 2] * 10, "basket": [3.0, 4.0] * 10}
    with pytest.raises(errors.NotEnoughDataError, match="at least 3 different"):
        fitted(eager_frame(alike))


def test_half_a_base_may_hold_fewer_kinds_than_clusters(eager_frame: Make) -> None:
    # Of the third kind there is one customer, whom only one half can have; a learner
    # that warns would fail this test.
    rare = {"orders": [1, 2] * 15 + [9], "basket": [3.0, 4.0] * 15 + [9.0]}
    found = fitted(eager_frame(rare))
    assert [trial.n_clusters for trial in found.trials] == [2, 3]


def test_squares_that_overflow_are_refused(eager_frame: Make) -> None:
    base = three_groups()
    huge = [1e200 * at for at in range(len(base["basket"]))]
    with pytest.raises(errors.InvalidValueError, match=r"'basket': value beyond 1e.75"):
        fitted(eager_frame({**base, "basket": huge}))


def test_columns_are_named_once(eager_frame: Make) -> None:
    base = eager_frame(three_groups())
    rng = np.random.default_rng(1)
    with pytest.raises(errors.InvalidValueError, match="named twice: 'orders'"):
        segments.fit_clusters(base, value_cols=["orders", "orders"], rng=rng)
    with pytest.raises(errors.InvalidValueError, match="no columns"):
        segments.fit_clusters(base, value_cols=[], rng=rng)
    with pytest.raises(errors.MissingColumnError, match="'xy'"):
        segments.fit_clusters(base, value_cols="xy", rng=rng)


def test_clusters_read_as_a_table() -> None:
    trial = segments.ClusterTrial(n_clusters=2, silhouette=0.615, stability=1.0)
    found = segments.Clusters(
        value_cols=("orders", "basket"),
        centres=((1.5, 1234.5678), (12.0, 20.0)),
        n_customers=(1200, 34),
        spread=(1.0, 1.0),
        trials=(trial,),
    )
    assert str(found).splitlines() == [
        "cluster  customers  orders   basket",
        "      1      1,200     1.5  1,234.6",
        "      2         34      12       20",
        "2 clusters: silhouette 0.61, stability 1.00",
    ]
