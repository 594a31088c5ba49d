"""Listings: pages, tokens, order and filters, judged by relations between answers."""
