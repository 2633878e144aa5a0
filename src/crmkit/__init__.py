"""What each customer is worth and why, who matters, how they feel, who is leaving."""

from . import errors
from .rfm import rfm_summary

__all__ = ["errors", "rfm_summary"]

__version__ = "0.1.0"
