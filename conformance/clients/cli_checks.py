"""Checks through the AWS CLI: its options, JSON input, skeletons, output, and how it goes over the pages.

Where a document describes the command, what it says is judged as a `must`. What the program is known to do beyond that,
such as going over the pages by itself, and commands that no document describes, are a `should`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from conformance.checks.check import Because, Check, Unfit, because, bound_by, of_behaviour
from conformance.checks.verdict import Outcome, Verdict, broke, skipped
from conformance.clients.cli_steps import AFTER, GENERATE, INPUT_JSON, NOT_ASKED, PAGE, SIZE, TOTAL, Row, Scene, Steps
from conformance.clients.laws import (
    CommandRun,
    carries,
    hands_out,
    leaves_out,
    one_request,
    page_sizes,
    prints,
    prints_items,
    refuses_unsent,
    skeleton,
    tells,
)
from conformance.contract.model import Behaviour, Contract, Fact, Operation
from conformance.session.listing import Reader
from conformance.session.session import TargetSession

_WINS, _JSON = "cli-options-win", "cli-json-input"

LAWS = frozenset({_WINS, _JSON})
"""The names by which behaviours call for these checks."""


def option_rows(steps: Steps) -> Iterator[Row]:
    """Yield the checks of the options that a request is made of."""
    members = steps.operation.input.members
    for name in members:
        yield Row(
            f"passes-{name}",
            f"{steps.option(name)} is sent as {name}, as it was given",
            _passing(steps, name),
            partial(_passes, steps, name),
            (f"input/{name}/present", f"input/{name}/type"),
        )
    optional = tuple(name for name, node in members.items() if not node.documented.get("required"))
    defaults = tuple(f"input/{name}/default" for name in optional if "default" in members[name].documented)
    own = (f"input/{INPUT_JSON}/required", f"input/{GENERATE}/required")
    yield Row(
        "options-left-out",
        "every option but the name may be left out, and is not sent then: the service's own defaults hold",
        ("plain",),
        lambda scene: leaves_out(scene.ran("plain"), optional),
        (*(f"input/{name}/required" for name in optional), *defaults, *own),
    )
    required = (f"input/{steps.operation.subject}/required",)
    yield Row("name-left-out", "the name must be given: without it nothing is sent", ("nameless",),
              lambda scene: refuses_unsent(scene.ran("nameless")), required)  # fmt: skip
    yield Row("no-number", "a number that is none is refused before anything is sent", ("no-number",),
              lambda scene: refuses_unsent(scene.ran("no-number")),
              cites=(f"input/{steps.limit}/type",), should=True)  # fmt: skip
    yield Row("unknown-option", "an option that there is not is refused before anything is sent",
              ("unknown-option",), lambda scene: refuses_unsent(scene.ran("unknown-option")),
              cites=tuple(f"input/{name}/present" for name in members), should=True)  # fmt: skip
    for step, words, facets in (
        ("refused-word", "a word that no list has", tuple(f"input/{name}/enum" for name in steps.words(0))),
        ("refused-name", "a name that is too long", (f"input/{steps.operation.subject}/max_length",)),
    ):
        yield Row(step, f"{words} is no answer: the command reports what the service says of it", (step,),
                  partial(_tells, step), cites=facets, should=True)  # fmt: skip


def _passing(steps: Steps, name: str) -> tuple[str, ...]:
    """Return the steps that have an option for a member."""
    if name == steps.pagination.input_token:
        return ("second-page",)
    if name == steps.operation.subject:
        return ("plain", "unknown-name", "first-page", "refused-name")
    if name == steps.limit:
        return ("first-page", "unknown-name", "refused-name")
    filters = Reader.of(steps.operation).spec.filters
    return ("unknown-name", "refused-name", "json-file", *(() if name in filters else ("no-paginate",)))


def _passes(steps: Steps, name: str, scene: Scene) -> Verdict:
    return carries((scene.ran(step), {name: steps.members[step](scene)[name]}) for step in _passing(steps, name))


def json_rows(steps: Steps) -> Iterator[Row]:
    """Yield the checks of JSON input, and of what wins over it."""
    json_facts = (f"input/{INPUT_JSON}/present", f"input/{INPUT_JSON}/type")
    yield Row(
        "input-json",
        f"the skeleton, filled in, is the input: {INPUT_JSON} sends every member as it is there",
        ("skeleton", "json"),
        lambda scene: carries([(scene.ran("json"), steps.filled(scene))]),
        json_facts,
        (_JSON,),
    )
    yield Row(
        "input-json-file",
        f"{INPUT_JSON} takes the JSON from a file, too, and options next to it are sent as well",
        ("json-file",),
        lambda scene: carries([(scene.ran("json-file"), steps.in_a_file(scene) | steps.members["json-file"](scene))]),
        cites=json_facts,
        should=True,
    )
    for name in steps.operation.input.members:
        yield Row(
            f"option-wins-{name}",
            f"{steps.option(name)} wins over {name} in {INPUT_JSON}",
            ("options-and-json",),
            partial(_wins, steps, name),
            laws=(_WINS,),
        )


def _wins(steps: Steps, name: str, scene: Scene) -> Verdict:
    return carries([(scene.ran("options-and-json"), {name: steps.overruling(scene)[name]})])


def _tells(step: str, scene: Scene) -> Verdict:
    return tells(scene.ran(step))


_CONFIG = "paginator/PaginationConfig"


def paging_rows(steps: Steps) -> Iterator[Row]:
    """Yield the checks of a listing operation."""
    limit, token = steps.pagination.limit, steps.pagination.input_token
    received = steps.pagination.output_token
    yield Row(
        "max-results-caps",
        f"with {steps.option(limit)} no more items are printed",
        ("first-page",),
        partial(_page, steps, "first-page", 0),
        (f"input/{limit}/present",),
    )
    yield Row(
        f"prints-{received}",
        f"{received} is printed where the list goes on",
        ("first-page",),
        partial(_token, steps),
        (f"output/{received}/present", f"output/{received}/type"),
    )
    yield Row(
        "next-token-goes-on",
        f"{steps.option(token)} with the printed {received} prints the next items",
        ("first-page", "second-page"),
        partial(_page, steps, "second-page", 1),
        (f"input/{token}/present",),
    )
    yield Row(
        "gathers-all-pages",
        "asked for nothing in particular, all pages are gone over and printed as one",
        ("plain",),
        partial(_all, steps),
        cites=(f"output/{steps.pagination.result}/present",),
        should=True,
    )
    yield Row(
        "max-items",
        f"--max-items is the total of items printed, with a {received} to go on where some are left",
        ("max-items",),
        partial(_total, steps),
        cites=(f"{_CONFIG}.MaxItems/present",),
        should=True,
    )
    yield Row(
        "page-size",
        f"--page-size is the {limit} of every request",
        ("max-items",),
        lambda scene: page_sizes(scene.ran("max-items"), limit, SIZE),
        cites=(f"{_CONFIG}.PageSize/present",),
        should=True,
    )
    yield Row(
        "starting-token",
        "--starting-token goes on where --max-items left off, without gap or overlap",
        ("max-items", "resumed"),
        lambda scene: _printed(steps, scene, scene.ran("resumed"), TOTAL, 2 * TOTAL),
        cites=(f"{_CONFIG}.StartingToken/present",),
        should=True,
    )
    yield Row(
        "no-paginate",
        "--no-paginate sends one request, and prints what it brought",
        ("no-paginate",),
        partial(_one, steps),
        cites=(f"input/{limit}/default",),
        should=True,
    )


def _printed(steps: Steps, scene: Scene, run: CommandRun, start: int, end: int) -> Verdict:
    """Check that a run printed these of the listing's items."""
    members = Reader.of(steps.operation).order_without_ties()
    walked = scene.session.walk(steps.operation, {**steps.listed(scene).members, **members}).listing
    wanted = Reader.of(steps.operation).identities(walked.items)[start:end]
    return prints_items(run, wanted, _identities(steps, run), "the printed items")


def _identities(steps: Steps, run: CommandRun) -> tuple[str, ...]:
    found = (run.printed or {}).get(steps.pagination.result)
    return Reader.of(steps.operation).identities(found if isinstance(found, list) else ())


def _page(steps: Steps, step: str, number: int, scene: Scene) -> Verdict:
    return _printed(steps, scene, scene.ran(step), number * PAGE, (number + 1) * PAGE)


def _token(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("first-page")
    return _printed_whole(steps, run, hands_out(run, steps.pagination.output_token))


def _printed_whole(steps: Steps, run: CommandRun, verdict: Verdict) -> Verdict:
    """Judge, where a verdict on a run is a pass, that it also printed the whole answer."""
    if verdict.outcome is not Outcome.PASSED:
        return verdict
    return prints(run, steps.operation.output, steps.pagination.result)


def _all(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("plain")
    if len(run.exchanges) == 1 and not Reader.of(steps.operation).token(run.exchanges[0]):
        return skipped("the whole list fits on one page")
    wanted = Reader.of(steps.operation).identities(steps.listed(scene).items)
    return prints_items(run, sorted(wanted), sorted(_identities(steps, run)), "the printed items")


def _total(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("max-items")
    verdict = hands_out(run, steps.pagination.output_token)
    return _printed(steps, scene, run, 0, TOTAL) if verdict.outcome is Outcome.PASSED else verdict


def _one(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("no-paginate")
    return _printed_whole(steps, run, one_request(run, steps.pagination.output_token))


_PAGE_KIND = "cli-page"
_SKELETON, _SAMPLE = "cli-skeleton", "cli-output-skeleton"

CLI_CHECKS_LAWS = LAWS | {_SKELETON, _SAMPLE}
"""The names by which behaviours call for these checks."""


class CliChecks:
    """The checks of one operation through the AWS CLI."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Keep the contract, for its citations."""
        self._contract = contract
        self.operation = operation
        self.steps = Steps(contract, operation)

    def checks(self) -> Iterator[Check]:
        """Yield every check."""
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
            lambda scene: prints(scene.ran("plain"), node, listed, self._due("output")),
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
            lambda scene: tells(scene.ran("unknown-name")),
            cites=tuple(f"error/{code}/present" for code in self.operation.errors),
            should=True,
        )

    # -- skeletons

    def _skeleton_rows(self) -> Iterator[Row]:
        facts = tuple(f"input/{GENERATE}/{facet}" for facet in ("present", "type"))
        words = f"input/{GENERATE}/enum"
        for step, received in (("skeleton", "without a value"), ("skeleton-input", "with the value input")):
            yield Row(step, f"{GENERATE} {received} prints a JSON object with all input members, sending nothing",
                      (step,), partial(self._skeleton, step), (*facts, words), (_SKELETON,))  # fmt: skip
        yield Row(
            "skeleton-output",
            f"{GENERATE} output prints a sample with every member of the output, and sends nothing",
            ("skeleton-output",),
            lambda scene: skeleton(scene.ran("skeleton-output"), self.operation.output, self._due("output")),
            (*facts, words),
            (_SKELETON, _SAMPLE),
        )
        yield Row(
            "skeleton-output-nameless",
            f"{GENERATE} output checks the arguments first: without the name it is refused, and nothing is sent",
            ("skeleton-output-nameless",),
            lambda scene: refuses_unsent(scene.ran("skeleton-output-nameless")),
            (words,),
            (_SAMPLE,),
        )

    def _skeleton(self, step: str, scene: Scene) -> Verdict:
        return skeleton(scene.ran(step), self.operation.input, self._due("input"))

    # -- from rows to checks

    @cached_property
    def _pages(self) -> frozenset[str]:
        """The documents that describe a command of the client."""
        return frozenset(name for name, source in self._contract.sources.items() if source.kind == _PAGE_KIND)

    def _cited(self, direction: str) -> tuple[Fact, ...]:
        """Return the facts about members and their types that such a document states."""
        facts = self._contract.facts_of(self.operation.name, direction)
        return tuple(
            fact
            for fact in facts
            if fact.facet in {"present", "type"} and any(item.id in self._pages for item in fact.sources)
        )

    def _due(self, direction: str) -> frozenset[str]:
        """Return the paths that any client knows: those of its page, else those of the oldest document."""
        facts = self._cited(direction)
        if not facts:
            sources = self._contract.sources
            pages = [item for item in sources.values() if item.operation == self.operation.name]
            oldest = min(pages, key=lambda item: item.edition or 0, default=None)
            every = self._contract.facts_of(self.operation.name, direction)
            facts = tuple(fact for fact in every if oldest and any(item.id == oldest.id for item in fact.sources))
        return frozenset(fact.path for fact in facts)

    def _id(self, row: Row) -> str:
        return f"{self.operation.name}/client/cli/{row.case}"

    def _bound(self, laws_of: Sequence[str]) -> tuple[Behaviour, ...]:
        return bound_by(self._contract, self.operation.name, laws_of) if laws_of else ()

    def _because(self, facts: Sequence[str], laws_of: Sequence[str]) -> tuple[Because, ...]:
        """Return the places, those on the client's own page alone where it says anything."""
        places = [place for item in self._bound(laws_of) for place in of_behaviour(item)]
        places += because(self._contract, facts)
        own = tuple(dict.fromkeys(place for place in places if place.source in self._pages))
        return own or tuple(dict.fromkeys(places)) or because(self._contract, protocol=True)

    def _check(self, row: Row, uses: dict[str, tuple[str, ...]]) -> Check:
        stated = self._contract.stated
        facts, cites = (stated(f"{self.operation.name}/{item}" for item in ids) for ids in (row.facts, row.cites))

        def run(session: TargetSession) -> Verdict:
            if session.commands is None:
                return skipped(NOT_ASKED, kind="not-asked")
            if session.gone is not None:
                return broke(session.gone.kind, session.gone.detail)
            try:
                return row.evaluate(
                    Scene(session, session.commands, self.operation.name, self.steps.table, AFTER, uses)
                )
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
            behaviours=tuple(item.id for item in self._bound(row.laws)),
            request=" ".join(("aws", *self.steps.command().words)),
            accepts=row.statement,
        )


def _short(fact: Fact) -> str:
    return fact.id.partition("/")[2]
