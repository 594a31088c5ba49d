"""Listings: pages, tokens, order and filters, by relations between answers. Importing it declares the checks."""

from conformance.checks.listing import filters, order, pages, tokens

__all__ = ["filters", "order", "pages", "tokens"]
