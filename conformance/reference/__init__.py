"""The reference server: the operations served to the letter of the contract, over real HTTP on loopback.

It knows the contract, the worlds and the wire, and nothing of how servers are judged.
"""

from conformance.reference.foreground import Faults, serve
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service

__all__ = ["Faults", "ReferenceServer", "Service", "serve"]
