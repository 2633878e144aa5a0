"""The validated bundle of lines, service costs, acquisition costs and referrals."""

from .book import Book, Costs, Lines, Referrals
from .dates import Day, day_number
from .ledger import Ledger

__all__ = ["Book", "Costs", "Day", "Ledger", "Lines", "Referrals", "day_number"]
