"""A protocol contract and conformance test suite for two operations of the Amazon SageMaker API."""

from __future__ import annotations

import os
import sys

__version__ = "0.1.0"
TOOL = "sagemaker-tuning-conformance"
"""The name of the distribution, by which records say what made them."""


def use_safe_path() -> None:
    """Remove the working folder from the module search path, as `python -P` does.

    A program must not import what happens to be in the folder of its user, such as a `types.py`. The folder stays
    where it holds this package: a checkout is its own place to run from.
    """
    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - nothing else is imported before this is done
    except OSError:  # it was removed
        return
    if here != os.path.realpath(os.path.join(__path__[0], os.pardir)):  # noqa: PTH118 - as above
        sys.path[:] = [folder for folder in sys.path if os.path.realpath(folder or os.curdir) != here]


# What Python sets while it looks for the module of `python -m conformance`, before any of its own imports.
if sys.argv[:1] == ["-m"]:
    use_safe_path()
