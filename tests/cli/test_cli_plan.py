"""What a plan says of time and budget: ranges in order, and nothing that takes no time at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import planned

from conformance.cli.plan import duration, print_before
from conformance.program import console
from conformance.suite.settings import Settings


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than 1 s"),
        (0.4, "less than 1 s"),
        (1.2, "1 s"),
        (59.4, "59 s"),
        (59.9, "1 min"),
        (3540, "59 min"),
        (3599, "1.0 h"),
        (5400, "1.5 h"),
    ],
)
def test_a_duration_is_in_the_unit_that_it_rounds_to(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("budget", "pace", "words"),
    [
        (1, 5.0, "at most 1 request, 5 a second: less than 1 s; the run needs at least "),
        (100_000, 1e6, "at most 100,000 requests, 1e+06 a second: less than 1 s (--plan"),
        (100_000, 5.0, "at most 100,000 requests, 5 a second: "),
        (None, 5.0, "no budget, 5 a second: "),
    ],
)
def test_the_line_before_a_run_never_runs_backwards(
    budget: int | None, pace: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(Settings("http://127.0.0.1:1", select=("*/protocol/body/*",)))
    print_before(console(), replace(plan, spec=replace(plan.spec, budget=budget, pace=pace)))
    line = capsys.readouterr().out.splitlines()[-1]
    assert words in line
    assert " to less than" not in line
    if budget == 100_000 and pace == 5.0:
        assert line.endswith("s to 5.6 h (--plan says more and sends nothing)")
