"""Contracts drafted from pages and a service model, with the marks of what is only inferred."""
