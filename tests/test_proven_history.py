"""A history is proved once: what remembers the proof, and what does not."""

import copy

import numpy as np
import pytest

from crmkit._check import ProvenHistory, history_proof, proven_history, purchase_history
from crmkit.errors import InvalidValueError
from crmkit.typing import FloatArray

X, RECENCY, T = np.array([2.0, 0.0]), np.array([1.0, 0.0]), np.array([3.0, 3.0])


def _proofs(monkeypatch: pytest.MonkeyPatch, *columns: FloatArray) -> int:
    calls = []
    once = history_proof.flawless_history

    def counted(*given: FloatArray) -> bool:
        calls.append(given)
        return once(*given)

    with monkeypatch.context() as patched:
        patched.setattr(history_proof, "flawless_history", counted)
        purchase_history(*columns)
    return len(calls)


def _proven() -> ProvenHistory:
    found = proven_history(X, RECENCY, T)
    assert found is not None
    return found


def test_a_proven_history_is_not_proved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _proofs(monkeypatch, X, RECENCY, T) == 1
    assert _proofs(monkeypatch, *_proven()) == 0
    assert _proofs(monkeypatch, *_proven().rows(slice(0, 1))) == 0


def test_what_is_computed_from_it_is_proved_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, recency, age = _proven()
    assert _proofs(monkeypatch, x[:1], recency[:1], age[:1]) == 1
    assert _proofs(monkeypatch, x + 1, recency, age) == 1
    assert _proofs(monkeypatch, x.copy(), recency, age) == 1
    assert _proofs(monkeypatch, *copy.deepcopy(_proven())) == 1


def test_columns_of_two_proofs_or_in_another_order_prove_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = _proven(), _proven()
    assert _proofs(monkeypatch, first.frequency, second.recency, first.T) == 1
    with pytest.raises(InvalidValueError, match="recency"):
        purchase_history(first.frequency, first.T, first.recency)


def test_a_flaw_is_not_proved_away() -> None:
    assert proven_history(X, T, RECENCY) is None


def test_a_proven_column_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _proven().frequency[0] = -1.0
    assert X.flags.writeable


def test_models_return_plain_arrays_for_it() -> None:
    assert {type(column) for column in purchase_history(*_proven())} == {np.ndarray}
