"""The systems under test: which there are, how they start, how a world gets in, and what they may be asked."""
