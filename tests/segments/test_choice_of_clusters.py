"""Which number of clusters is chosen, and what the learner is asked for."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors, segments
from crmkit.segments.profiles import clusters

BASE = pd.DataFrame({"orders": np.arange(18.0) ** 2, "basket": np.arange(18.0) % 5})
COLUMNS = ["orders", "basket"]


def _fit(base: pd.DataFrame = BASE, **options: Any) -> segments.Clusters:
    rng = np.random.default_rng(4)
    return segments.fit_clusters(base, value_cols=COLUMNS, rng=rng, **options)


@pytest.mark.parametrize(
    ("stability", "silhouette", "stable_from", "chosen"),
    [
        ((0.8, 0.79, 0.9), (0.4, 0.9, 0.3), 0.8, 2),
        ((0.8, 0.79, 0.9), (0.4, 0.9, 0.3), 0.81, 4),
        ((0.8, 0.79, 0.9), (0.4, 0.9, 0.3), 0.79, 3),
        ((0.2, 0.7, 0.6), (0.9, 0.1, 0.8), 0.8, 3),
    ],
)
def test_the_best_silhouette_of_the_stable_numbers_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
    stability: tuple[float, ...],
    silhouette: tuple[float, ...],
    stable_from: float,
    chosen: int,
) -> None:
    def trial(*given: Any) -> segments.ClusterTrial:
        k = given[2]
        return segments.ClusterTrial(
            n_clusters=k, silhouette=silhouette[k - 2], stability=stability[k - 2]
        )

    monkeypatch.setattr(clusters, "_trial", trial)
    found = _fit(n_clusters=(2, 3, 4), stable_from=stable_from)
    assert len(found.centres) == chosen
    assert list(found.n_customers) == sorted(found.n_customers, reverse=True)


def test_stable_is_from_four_fifths_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def trial(*given: Any) -> segments.ClusterTrial:
        k = given[2]
        return segments.ClusterTrial(
            n_clusters=k, silhouette=1 / k, stability=0.8 if k == 2 else 0.9
        )

    monkeypatch.setattr(clusters, "_trial", trial)
    assert len(_fit(n_clusters=(3, 2)).centres) == 2


def test_a_base_has_more_than_two_customers_per_cluster() -> None:
    assert sum(_fit(BASE[:7], n_clusters=(3,), n_resamples=1).n_customers) == 7
    with pytest.raises(errors.NotEnoughDataError) as caught:
        _fit(BASE[:6], n_clusters=(2, 3), n_resamples=1)
    assert "more than 6 customers, got 6 customers" in str(caught.value)
    with pytest.raises(errors.NotEnoughDataError, match="more than 0 customers"):
        _fit(n_clusters=())


def test_as_many_clusters_as_kinds_are_allowed() -> None:
    three = pd.DataFrame({"orders": [1.0, 2.0, 3.0] * 4, "basket": [1.0, 5.0, 1.0] * 4})
    assert _fit(three, n_clusters=(3,), n_resamples=1).n_customers == (4, 4, 4)
    with pytest.raises(errors.NotEnoughDataError, match=r"at least 4 .* got 3"):
        _fit(three, n_clusters=(4,), n_resamples=1)


@pytest.mark.parametrize(
    "wrong", [{"n_clusters": (1, 2)}, {"n_resamples": 0}, {"n_resamples": 1.5}]
)
def test_a_number_below_its_least_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.CrmkitError, match=next(iter(wrong))):
        _fit(**wrong)
    assert _fit(n_clusters=(2,), n_resamples=1).trials[0].n_clusters == 2


def test_what_the_learner_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn import cluster

    asked = []

    class KMeans:
        def __init__(self, n_clusters: int, n_init: int, random_state: int) -> None:
            self.asked = (n_clusters, n_init)
            assert 0 <= random_state < 2**31

        def fit(self, values: Any) -> Any:
            asked.append((*self.asked, len(values)))
            centres = values[: self.asked[0]]
            return SimpleNamespace(
                labels_=np.arange(len(values)) % self.asked[0], cluster_centers_=centres
            )

    monkeypatch.setattr(cluster, "KMeans", KMeans)
    _fit(BASE[:17], n_clusters=(3, 2, 3), n_resamples=2)
    # The whole base ten times, each half three times, and the number chosen again.
    halves = [(8, 3), (9, 3)] * 2
    expected = [
        (k, starts, rows) for k in (3, 2) for rows, starts in [(17, 10), *halves]
    ]
    assert asked[:-1] == expected
    assert asked[-1][1:] == (10, 17)


def test_one_cluster_has_no_silhouette() -> None:
    rng = np.random.default_rng(1)
    values = np.arange(6.0)[:, None]
    assert clusters._silhouette(values, np.full(6, 2), rng) == 0.0
    assert clusters._silhouette(values, np.repeat([0, 4], 3), rng) > 0.5


def test_stability_is_the_mean_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter([0.5, 0.9, 0.7])
    monkeypatch.setattr(clusters, "_agreement", lambda *_: next(said))
    values = np.arange(9.0)[:, None]
    kind = np.arange(9)
    found = clusters._trial(values, kind, 2, 3, np.random.default_rng(1))
    assert found.stability == pytest.approx(0.7, rel=1e-12, abs=0)


def test_the_nearest_centre_is_that_of_the_least_square() -> None:
    values = np.array([[0.0, 0.0], [3.0, 3.0], [-4.0, 1.0]])
    centres = np.array([[2.0, 2.0], [0.0, -2.5], [-9.0, 0.0]])
    assert clusters._nearest(values, centres).tolist() == [1, 0, 2]
    assert clusters._nearest(np.array([[0.0, 0.0]]), -centres[:2]).tolist() == [1]
