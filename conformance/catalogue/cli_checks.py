"""Checks through the AWS CLI: its options, JSON input, skeletons, output, and how it goes over the pages.

Where a document describes the command, what it says is judged as a `must`. What the program is known to do beyond that,
such as going over the pages by itself, and commands that no document describes, are a `should`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from conformance.catalogue import cli_option_checks
from conformance.catalogue.check import Because, Check, because, bound_by, of_behaviour
from conformance.catalogue.cli_calls import NOT_ASKED, Row, Scene
from conformance.catalogue.cli_option_checks import json_rows, option_rows
from conformance.catalogue.cli_paging_checks import paging_rows
from conformance.catalogue.cli_steps import AFTER, GENERATE, Steps
from conformance.catalogue.lab import Lab
from conformance.catalogue.unfit import Unfit
from conformance.contract import Behaviour, Contract, Fact, Operation
from conformance.laws import command_line as laws
from conformance.laws.verdict import Verdict, broke, skipped

_PAGE_KIND = "cli-page"
_SKELETON, _SAMPLE = "cli-skeleton", "cli-output-skeleton"

LAWS = cli_option_checks.LAWS | {_SKELETON, _SAMPLE}
"""The names by which behaviours call for these checks."""


class CliChecks:
    """The checks of one operation through the AWS CLI."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Keep the contract, for its citations."""
        self._contract = contract
        self.operation = operation
        self.steps = Steps(contract, operation)

    def checks(self) -> Iterator[Check]:
        """Give every check."""
        rows = tuple(self._rows())
        uses = {self._id(row): row.steps for row in rows}
        for row in rows:
            yield self._check(row, uses)

    def _rows(self) -> Iterator[Row]:
        yield from self._output_rows()
        if self.operation.client_options is None or self.operation.listing is None:
            return
        yield from option_rows(self.steps)
        yield from json_rows(self.steps)
        yield from self._skeleton_rows()
        yield from paging_rows(self.steps)

    # -- what becomes of the answer

    def _output_rows(self) -> Iterator[Row]:
        node = self.operation.output
        listed = self.operation.pagination.result if self.operation.pagination else ""
        token = self.operation.pagination.output_token if self.operation.pagination else ""
        cited = tuple(fact for fact in self._cited("output") if fact.path != token)
        yield Row(
            "prints-members",
            "every member of the answer is printed as JSON, with its value: times as numbers or in ISO 8601",
            ("plain",),
            lambda scene: laws.prints(scene.ran("plain"), node, listed, self._due("output")),
            tuple(_short(fact) for fact in cited),
            cites=() if cited else tuple(f"input/{name}/present" for name in self.operation.input.members),
            should=not cited,
        )
        if not self.operation.subject:
            return
        yield Row(
            "tells-an-error",
            "an error of the service ends the command with its code, and with another exit status than 0",
            ("unknown-name",),
            lambda scene: laws.tells(scene.ran("unknown-name")),
            cites=tuple(f"error/{code}/present" for code in self.operation.errors),
            should=True,
        )

    # -- skeletons

    def _skeleton_rows(self) -> Iterator[Row]:
        facts = tuple(f"input/{GENERATE}/{facet}" for facet in ("present", "type"))
        words = f"input/{GENERATE}/enum"
        for step, told in (("skeleton", "without a value"), ("skeleton-input", "with the value input")):
            yield Row(step, f"{GENERATE} {told} prints a JSON object with every member of the input, sending nothing",
                      (step,), partial(self._skeleton, step), (*facts, words), (_SKELETON,))  # fmt: skip
        yield Row(
            "skeleton-output",
            f"{GENERATE} output prints a sample with every member of the output, and sends nothing",
            ("skeleton-output",),
            lambda scene: laws.skeleton(scene.ran("skeleton-output"), self.operation.output, self._due("output")),
            (*facts, words),
            (_SKELETON, _SAMPLE),
        )
        yield Row(
            "skeleton-output-nameless",
            f"{GENERATE} output checks the arguments first: without the name it is refused, and nothing is sent",
            ("skeleton-output-nameless",),
            lambda scene: laws.refuses_unsent(scene.ran("skeleton-output-nameless")),
            (words,),
            (_SAMPLE,),
        )

    def _skeleton(self, step: str, scene: Scene) -> Verdict:
        return laws.skeleton(scene.ran(step), self.operation.input, self._due("input"))

    # -- from rows to checks

    @cached_property
    def _pages(self) -> frozenset[str]:
        """The documents that describe a command of the client."""
        return frozenset(name for name, source in self._contract.sources.items() if source.kind == _PAGE_KIND)

    def _cited(self, direction: str) -> tuple[Fact, ...]:
        """Give the facts about members and their types that such a document states."""
        facts = self._contract.facts_of(self.operation.name, direction)
        return tuple(
            fact
            for fact in facts
            if fact.facet in {"present", "type"} and any(one.id in self._pages for one in fact.sources)
        )

    def _due(self, direction: str) -> frozenset[str]:
        """Give the paths that any client knows: those of its page, else those of the oldest document."""
        facts = self._cited(direction)
        if not facts:
            sources = self._contract.sources
            pages = [one for one in sources.values() if one.operation == self.operation.name]
            oldest = min(pages, key=lambda one: one.edition or 0, default=None)
            every = self._contract.facts_of(self.operation.name, direction)
            facts = tuple(fact for fact in every if oldest and any(one.id == oldest.id for one in fact.sources))
        return frozenset(fact.path for fact in facts)

    def _id(self, row: Row) -> str:
        return f"{self.operation.name}/client/cli/{row.case}"

    def _bound(self, laws_of: Sequence[str]) -> tuple[Behaviour, ...]:
        return bound_by(self._contract, self.operation.name, laws_of) if laws_of else ()

    def _because(self, facts: Sequence[str], laws_of: Sequence[str]) -> tuple[Because, ...]:
        """Give the places, those on the client's own page alone where it says anything."""
        places = [place for one in self._bound(laws_of) for place in of_behaviour(one)]
        places += because(self._contract, facts)
        own = tuple(dict.fromkeys(place for place in places if place.source in self._pages))
        return own or tuple(dict.fromkeys(places)) or because(self._contract, protocol=True)

    def _check(self, row: Row, uses: dict[str, tuple[str, ...]]) -> Check:
        stated = self._contract.stated
        facts, cites = (stated(f"{self.operation.name}/{one}" for one in ids) for ids in (row.facts, row.cites))

        def run(lab: Lab) -> Verdict:
            if lab.commands is None:
                return skipped(NOT_ASKED, kind="not-asked")
            if lab.gone is not None:
                return broke(lab.gone.kind, lab.gone.detail)
            try:
                return row.judge(Scene(lab, lab.commands, self.operation.name, self.steps.table, AFTER, uses))
            except Unfit as unfit:
                return unfit.verdict

        return Check(
            self._id(row),
            "should" if row.should else "must",
            "inferred" if row.should else "documented",
            f"AWS CLI: {row.statement}",
            self._because((*facts, *cites), row.laws),
            run,
            compares=True,
            facts=facts,
            behaviours=tuple(one.id for one in self._bound(row.laws)),
            request=" ".join(("aws", *self.steps.command().words)),
            accepts=row.statement,
        )


def _short(fact: Fact) -> str:
    return fact.id.partition("/")[2]
