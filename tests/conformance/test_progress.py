"""Everything that takes long tells how far it has come, when it is asked to."""

import inspect
import warnings
from functools import cache

import pytest
from trial import same
from valid_calls import Callee, callees, valid_call

import crmkit.report
from crmkit.errors import InvalidTypeError
from crmkit.typing import Progress

# Arguments that say how often something is done again.
REPEATS = {"cutoffs", "n_draws", "n_resamples", "ranges"}
# Long for another reason: tens of seconds on a million rows.
LONG = {
    "crmkit.campaigns.association_rules",
    "crmkit.campaigns.next_product_rules",
    "crmkit.churn.churn_backtest",
    "crmkit.clv.expected_component_draws",
}
# Draws of a few parameters: a thousand of them take milliseconds.
SHORT = {"crmkit.clv.ErrorScale.sample", "crmkit.clv.draw_models"}


# Of each kind of long work one whose example takes a moment; the others are heavy.
SAMPLE = {
    "crmkit.campaigns.association_rules",
    "crmkit.campaigns.maximum_profit",
    "crmkit.clv.backtest",
    "crmkit.clv.backtest_components",
    "crmkit.satisfaction.fit_driver_weights",
    "crmkit.segments.gini",
    "crmkit.snapshots.make_snapshots",
}


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.steps.append((done, total))


@cache
def long_work() -> dict[str, Callee]:
    return {
        name: each
        for name, each in callees().items()
        if name not in SHORT
        # A class that holds such settings does no work.
        and inspect.isfunction(each.function)
        and (name in LONG or REPEATS & set(inspect.signature(each.function).parameters))
    }


def test_the_lists_name_public_functions() -> None:
    assert set(callees()) >= LONG | SHORT
    assert len(long_work()) > 25


@pytest.mark.parametrize("name", long_work())
def test_long_work_takes_progress_and_is_silent_without(name: str) -> None:
    taken = inspect.signature(long_work()[name].function).parameters.get("progress")
    assert taken is not None
    assert taken.kind is taken.KEYWORD_ONLY
    assert taken.default is None
    assert taken.annotation == Progress | None


def test_the_report_takes_progress_too() -> None:
    taken = inspect.signature(crmkit.report.analyse).parameters["progress"]
    assert taken.default is None


@pytest.mark.parametrize("name", sorted(SAMPLE))
def test_a_sample_tells_its_steps(name: str) -> None:
    _tells(name)


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(set(long_work()) - SAMPLE))
def test_all_other_long_work_tells_its_steps(name: str) -> None:
    _tells(name)


def _tells(name: str) -> None:
    """Check that steps rise to the last one, and change no answer."""
    call = valid_call(long_work()[name])
    assert call is not None
    heard = Heard()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = call.run(progress=heard)
    assert same(answer, call.answer)
    if heard.steps:
        done = [step / total for step, total in heard.steps]
        assert (done[0], done[-1]) == (0.0, 1.0)
        assert done == sorted(done)
        assert len({total for _, total in heard.steps}) == 1
    else:  # without a source of randomness there is nothing to repeat
        assert call.arguments.get("rng") is None
    with pytest.raises(InvalidTypeError, match="progress"):
        call.run(progress=7)
