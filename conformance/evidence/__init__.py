"""Evidence: what a run asked and was told, in one file that others can judge again without the target."""

from conformance.evidence.bundle import Bundle, EvidenceError, Origin
from conformance.evidence.reading import read_bundle
from conformance.evidence.redaction import Redactor
from conformance.evidence.replay import Replay
from conformance.evidence.schema import evidence_schema
from conformance.evidence.writing import BundleWriter

__all__ = [
    "Bundle",
    "BundleWriter",
    "EvidenceError",
    "Origin",
    "Redactor",
    "Replay",
    "evidence_schema",
    "read_bundle",
]
