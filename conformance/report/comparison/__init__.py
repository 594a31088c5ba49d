"""Runs side by side: two of them as a difference, any number of them as a matrix. Reads records, runs nothing.

`reading` takes what a user names; `difference` and `matrix` compare and render; `json_forms` has what `--json` prints.
"""
