"""Draws of models from the covariance of their fits."""

import numpy as np
import pytest

from crmkit import errors
from crmkit.clv import BgNbd, draw_models

PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)


def test_a_model_stated_by_hand_has_no_error_to_draw_from() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a fit with a covariance"):
        draw_models(PURCHASES, n_draws=2, rng=np.random.default_rng(1))
