"""The gate: a file of known failures, held against what a run found; and runs in parts, put together again.

Nothing here runs a check or sends a request. It reads the file and records, and judges and merges them.
"""
