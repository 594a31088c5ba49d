"""Tests of `conformance validate`."""
