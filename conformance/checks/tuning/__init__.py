"""What is special to tuning jobs: laws about identity, times, counters, hyperparameters, best jobs and warm starts.

Pure, like all laws. Importing this package registers them (`conformance.checks.law.laws`), `created` as the last one.
"""

from conformance.checks.tuning import best, counters, hyperparameters, identity, times
from conformance.checks.tuning import created as created

__all__ = ["best", "counters", "created", "hyperparameters", "identity", "times"]
