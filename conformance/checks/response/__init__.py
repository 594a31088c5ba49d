"""Responses: every output fact on every answer that a run has seen."""
