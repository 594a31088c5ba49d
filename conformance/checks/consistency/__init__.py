"""Consistency: rules on one answer, and laws that relate several."""
