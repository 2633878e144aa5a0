"""A frame is opened, and a history proved, once per public call."""

import sys
import warnings
from collections import Counter
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from valid_calls import Callee, callees, valid_call

from crmkit._check import history_proof
from crmkit._frames import conversion

OPENED = conversion.read.__code__
PROVED = history_proof.flawless_history.__code__


class _Counts:
    """How often each frame was opened, and how many histories were proved."""

    def __init__(self) -> None:
        self.openings = 0
        self.proofs = 0
