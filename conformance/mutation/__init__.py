"""Mutants: variants of the reference server that each break one fact or one behaviour, to prove the suite with.

They know the contract, the worlds, the wire and the reference server, and nothing of how servers are judged.
"""

from conformance.mutation.collection import ALLOWED, Allowed, allowed, mutants
from conformance.mutation.mutant import Kind, Mutant

__all__ = ["ALLOWED", "Allowed", "Kind", "Mutant", "allowed", "mutants"]
