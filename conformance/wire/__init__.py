"""Exchanges with a target: encoding, signing and the HTTP session with its limits."""
