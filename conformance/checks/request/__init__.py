"""Requests: values at and beyond each limit, the cases made of them, and how each must end."""
