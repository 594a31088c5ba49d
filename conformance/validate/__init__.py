"""Validation: one saved answer, or one saved request, judged without a server by the laws that a run uses."""
