"""What is special to tuning jobs: laws about identity, times, counters, hyperparameters, best jobs and warm starts.

Pure, like all laws. Importing this package registers them (`conformance.checks.registry.laws`); those that compare
with a known world are listed in `KNOWN_LAWS`, with a statement for each in `KNOWN_STATEMENTS`.
"""

from conformance.checks.tuning import best, counters, hyperparameters, identity, times, warm_start
from conformance.checks.tuning.created import KNOWN_LAWS, KNOWN_STATEMENTS

__all__ = [
    "KNOWN_LAWS",
    "KNOWN_STATEMENTS",
    "best",
    "counters",
    "hyperparameters",
    "identity",
    "times",
    "warm_start",
]
