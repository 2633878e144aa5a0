"""The validated bundle of lines, service costs, acquisition costs and referrals."""

from .book import Book, Costs, Lines, Referrals
from .ledger import Ledger

__all__ = ["Book", "Costs", "Ledger", "Lines", "Referrals"]
