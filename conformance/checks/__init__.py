"""Checks: what a request sends, the law that evaluates the answers, and the ids of both, area by area."""
