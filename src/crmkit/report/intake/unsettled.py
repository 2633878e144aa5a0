"""What a file leaves open, and the command that would settle it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Unsettled", "answer", "command_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A fault or a question of a file.

    Attributes
    ----------
    said
        What was found, as sentences.
    options
        The options that would settle it as proposed; empty if the file must change.
    instead
        The options that settle it the other way, where two readings are as good.
    """

    said: str
    options: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether no proposal can be taken without a person who knows."""
        return bool(self.instead) or not self.options


def answer(name: str, unsettled: Sequence[Unsettled], command: Sequence[str]) -> str:
    """Write everything that a file leaves open, ending with the command to copy."""
    head = (
        f"{name!r} leaves one thing to settle:"
        if len(unsettled) == 1
        else f"{name!r} leaves {len(unsettled)} things to settle:"
    )
    lines = [f"  {at}. {each.said}" for at, each in enumerate(unsettled, start=1)]
    other = [
        f"  or, if you know better: {shlex.join(each.instead)}"
        for each in unsettled
        if each.instead
    ]
    if any(not each.options for each in unsettled):
        end = "Correct the file, then copy this command:"
    else:
        end = "Copy this command, and change what you know better:"
    return "\n".join([head, *lines, end, f"  {shlex.join(command)}", *other])


def command_of(given: Sequence[str], unsettled: Sequence[Unsettled]) -> list[str]:
    """Add the proposed options to the words of a command."""
    proposed = [option for each in unsettled for option in each.options]
    return [*given, *proposed]
