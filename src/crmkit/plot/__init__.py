"""Draw what the other rooms computed; nothing is computed here.

Each function takes a result, draws it on the matplotlib axes given (or on new ones)
and returns the axes. matplotlib is imported when a function is called.
"""

from .predicted_against_actual import predicted_against_actual
from .probability_alive import probability_alive
from .waterfall import waterfall

__all__ = ["predicted_against_actual", "probability_alive", "waterfall"]
