"""Fits that find no summit: a light penalty, and then one sentence."""

from typing import Any

import pytest

from crmkit.clv import BgNbd
from crmkit.errors import ConvergenceError, NotEnoughDataError
from crmkit.report.findings import model_fits

FIT = BgNbd(r=1.0, alpha=1.0, a=1.0, b=1.0)
NO_SUMMIT = ConvergenceError("no summit", fit=FIT)


def test_a_light_penalty_is_tried_where_there_is_no_summit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []

    def fit(customers: Any, *, time_unit: str, penalty: float = 0.0) -> BgNbd:
        assert customers == "customers"
        assert time_unit == "week"
        asked.append(penalty)
        if not penalty:
            raise NO_SUMMIT
        return FIT

    monkeypatch.setattr(model_fits, "fit_bg_nbd", fit)
    fitted: Any = model_fits.fit_purchases("customers")  # type: ignore[arg-type]
    assert fitted is FIT
    assert asked == [0.0, 1.0]


def test_a_log_no_model_fits_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fit(_customers: Any, **_options: Any) -> BgNbd:
        raise NO_SUMMIT

    monkeypatch.setattr(model_fits, "fit_gamma_gamma", fit)
    with pytest.raises(NotEnoughDataError) as caught:
        model_fits.fit_spend("customers")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "needs customers who differ in how much they spend, got a log to which no "
        "model could be fitted. Pass a longer log, or one with more customers."
    )
