"""Tests of `conformance drift`."""
