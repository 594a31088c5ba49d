"""Mutants: variants of the reference server and of clients that each break one fact or behaviour, to prove the suite.

The modules of mutants know the contract, the worlds, the wire and the reference server, and nothing of the checks;
`bench`, `running` and `rendering` are the proof.
"""
