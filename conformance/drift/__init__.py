"""Drift: the contract against another service model, or against another edition of a page that it was made from."""
