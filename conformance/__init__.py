"""A protocol contract and conformance test suite for two operations of the Amazon SageMaker API."""

__version__ = "0.1.0"
