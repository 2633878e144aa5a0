"""From a transaction log to one row per customer."""

from .summary import rfm_summary

__all__ = ["rfm_summary"]
