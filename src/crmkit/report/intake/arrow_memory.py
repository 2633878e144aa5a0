"""The memory that Arrow keeps for later: of a large log, as much as its rows."""

import sys

__all__ = ["give_back"]


def give_back() -> None:
    """Give the memory that Arrow holds unused back to the system."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
