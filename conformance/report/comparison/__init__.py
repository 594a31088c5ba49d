"""Runs laid side by side: two of them as a difference, any number of them as a matrix. Reads records, runs nothing.

`reading` takes what a user names; `frames`, `difference` and `matrix` are pure; modules named after a form render.
"""

from __future__ import annotations

from conformance.report.comparison.difference import Change, Delta, Difference, difference_of
from conformance.report.comparison.matrix import Matrix, matrix_of
from conformance.report.comparison.reading import Note, ReadingError, Side, notes_on, read_side, read_sides

__all__ = [
    "Change",
    "Delta",
    "Difference",
    "Matrix",
    "Note",
    "ReadingError",
    "Side",
    "difference_of",
    "matrix_of",
    "notes_on",
    "read_side",
    "read_sides",
]
