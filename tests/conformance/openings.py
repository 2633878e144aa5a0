"""Count how often a public call opens a frame, and proves a purchase history."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from valid_calls import callees

from crmkit._check import history_proof
from crmkit._frames import conversion

_READ = conversion.read.__code__


@dataclass
class Openings:
    """What public calls opened and proved.

    A call is the outermost public function on the stack, with the frame of its body, so
    that two calls of one function are told apart. ``opened`` counts by call and frame.
    """

    public: dict[CodeType, str]
    opened: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    proved: Counter[tuple[str, int]] = field(default_factory=Counter)
    # Objects counted by their identity must not make room for others.
    kept: list[object] = field(default_factory=list)

    def outermost(self, frame: FrameType | None) -> tuple[str, int] | None:
        found = None
        while frame is not None:
            if (name := self.public.get(frame.f_code)) is not None:
                found = name, id(frame), frame
            frame = frame.f_back
        if found is None:
            return None
        self.kept.append(found[2])
        return found[:2]

    def repeated(self) -> dict[str, str]:
        """Say of each public call that did more than it needs how often it did it."""
        found: dict[str, str] = {}
        for (name, _, _), count in self.opened.items():
            if count > 1:
                found[name] = f"opens one frame {count} times"
        for (name, _), count in self.proved.items():
            if count > 1:
                found[name] = f"proves {count} histories"
        return found


@contextmanager
def counted(public: dict[CodeType, str]) -> Iterator[Openings]:
    """Count while something runs."""
    found = Openings(public)
    from_native, flawless = nw.from_native, history_proof.flawless_history

    def opening(frame: Any, *args: Any, **more: Any) -> Any:
        caller = sys._getframe(1)
        if caller.f_code is _READ and (call := found.outermost(caller)) is not None:
            found.kept.append(frame)
            found.opened[(*call, id(frame))] += 1
        return from_native(frame, *args, **more)

    def proof(*columns: Any) -> bool:
        if (call := found.outermost(sys._getframe(1))) is not None:
            found.proved[call] += 1
        return flawless(*columns)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nw, "from_native", opening)
        for module in list(sys.modules.values()):
            name = getattr(module, "__name__", "")
            if name.startswith("crmkit") and hasattr(module, "flawless_history"):
                patch.setattr(module, "flawless_history", proof)
        yield found


# Calls that hand a native frame to code of the user, which opens it again, and why.
HANDED_OVER = {
    "crmkit.clv.backtest": "a summary and fits of the user's choice at each cutoff",
    "crmkit.clv.backtest_components": "two fits of the user's choice, of one history",
    "crmkit.clv.value_statement": "two fits of the user's choice, of one history",
    "crmkit.clv.fit_model_error": "a summary and fits of the user's choice at each day",
    "crmkit.clv.fit_model_error_by": "a summary and fits of the user's choice",
    "crmkit.clv.model_choice": "a summary and fits of the user's choice at each cutoff",
    "crmkit.churn.survival_metrics": "a survival model of the user's choice",
    "crmkit.churn.with_remaining_life": "a survival model of the user's choice",
    "crmkit.churn.with_remaining_value": "a survival model of the user's choice",
    "crmkit.clv.probability_alive_path": "a model of the user's choice on each day",
}


def public_functions() -> dict[CodeType, str]:
    """Name the code of every public callable."""
    return {each.code: name for name, each in callees().items()}
