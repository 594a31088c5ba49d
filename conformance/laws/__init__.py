"""Laws: pure functions from facts and exchanges to verdicts. No I/O."""
