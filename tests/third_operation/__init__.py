"""Tests of contracts of other operations than the two that come along, by the worked example of the documentation."""
