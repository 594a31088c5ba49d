"""Prepared states of a service: tuning jobs and their training jobs, written in YAML and expanded to plain values.

A world has what was asked for at creation, and what became of it. Counters, best jobs, orders and pages are no part of
it: the reference server and the laws each compute them for themselves.
"""

from conformance.worlds.loading import load_world, synthetic_world, world_names
from conformance.worlds.model import World, WorldJob, WorldTrainingJob
from conformance.worlds.schedule import WorldError

__all__ = ["World", "WorldError", "WorldJob", "WorldTrainingJob", "load_world", "synthetic_world", "world_names"]
