"""Run ``python -m crmkit`` as the command ``crmkit``."""

from .report.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
