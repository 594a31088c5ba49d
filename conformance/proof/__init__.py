"""The proof of the suite: its checks held against mutants of the reference server, in the process."""
