"""Checks through the AWS CLI: its options, JSON input, skeletons, output, and how it goes over the pages.

Where a document describes the command, what it says is judged as a `must`. What the program is known to do beyond that,
such as going over the pages by itself, and commands that no document describes, are a `should`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from conformance.checks.check import Check, Unfit, because, grounds
from conformance.checks.verdict import Outcome, Verdict, broke, skipped
from conformance.clients.cli_commands import (
    GENERATE,
    INPUT_JSON,
    PAGE,
    SIZE,
    TOTAL,
    SharedCommands,
    command_of,
    enum_words,
    filled,
    has_options,
    in_a_file,
    option,
)
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
    reports_error,
    skeleton,
)
from conformance.contract.asking import top
from conformance.contract.model import Contract, Fact, Operation
from conformance.session.listing import Reader
from conformance.session.session import TargetSession

NOT_ASKED = "this run was not asked to call the AWS CLI: conformance run --aws-cli auto, or --aws-cli PATH"

_PAGE_KIND = "cli-page"
_SKELETON, _SAMPLE, _WINS, _JSON = "cli-skeleton", "cli-output-skeleton", "cli-options-win", "cli-json-input"
_CONFIG = "paginator/PaginationConfig"

Names = Mapping[str, Sequence[str]]
"""What braces in a row stand for."""


@dataclass(frozen=True)
class Row:
    """A check of an operation, or, with `{member}` in its case, one for each member of the input.

    Braces are filled with names of the operation; a fact whose name has several values is a fact for each.
    """

    case: str
    statement: str
    evaluate: Callable[..., Verdict]
    """Is given the shared commands, what each step came to, and the member."""
    facts: tuple[str, ...] = ()
    """Ids without the operation. A check that is a `should` leans on them without evaluating them."""
    steps: tuple[str, ...] = ()
    """The commands that it looks at; none: the one that is named as the case."""
    laws: tuple[str, ...] = ()
    """The names by which behaviours call for it."""
    should: bool = False


def _last(law: Callable[[CommandRun], Verdict]) -> Callable[..., Verdict]:
    """Return a law on the last of the commands as what evaluates a row."""
    return lambda _, *runs: law(runs[-1])


# -- laws that need more than one run


def _passes(at: SharedCommands, *runs: CommandRun, member: str) -> Verdict:
    steps = _passing(at.operation, member)
    return carries((run, {member: at.members(step)[member]}) for step, run in zip(steps, runs, strict=True))


def _wins(at: SharedCommands, run: CommandRun, member: str) -> Verdict:
    return carries([(run, {member: at.members("options-and-json")[member]})])


def _items(at: SharedCommands, run: CommandRun, start: int, end: int) -> Verdict:
    """Check that a run printed these of the listing's items."""
    reader = Reader.of(at.operation)
    walked = at.session.walk(at.operation, {**at.listed().members, **reader.order_without_ties()}).listing
    wanted = reader.identities(walked.items)[start:end]
    return prints_items(run, wanted, _identities(at, run), "the printed items")


def _identities(at: SharedCommands, run: CommandRun) -> tuple[str, ...]:
    found = (run.printed or {}).get(at.pagination.result)
    return Reader.of(at.operation).identities(found if isinstance(found, list) else ())


def _every_item(at: SharedCommands, run: CommandRun) -> Verdict:
    reader = Reader.of(at.operation)
    if len(run.exchanges) == 1 and not reader.token(run.exchanges[0]):
        return skipped("the whole list fits on one page")
    wanted = reader.identities(at.listed().items)
    return prints_items(run, sorted(wanted), sorted(_identities(at, run)), "the printed items")


def _first_items(at: SharedCommands, run: CommandRun) -> Verdict:
    verdict = hands_out(run, at.pagination.output_token)
    return _items(at, run, 0, TOTAL) if verdict.outcome is Outcome.PASSED else verdict


def _one_page(law: Callable[[CommandRun, str], Verdict], at: SharedCommands, run: CommandRun) -> Verdict:
    """Evaluate a law on a run and its token and, where it passes, that the whole answer is printed."""
    verdict = law(run, at.pagination.output_token)
    if verdict.outcome is not Outcome.PASSED:
        return verdict
    return prints(run, at.operation.output, at.pagination.result)


def _prints(at: SharedCommands, run: CommandRun) -> Verdict:
    result = at.operation.pagination.result if at.operation.pagination else ""
    return prints(run, at.operation.output, result, _due(at.session.contract, at.operation, "output"))


def _skeleton(direction: str, at: SharedCommands, run: CommandRun) -> Verdict:
    node = at.operation.input if direction == "input" else at.operation.output
    return skeleton(run, node, _due(at.session.contract, at.operation, direction))


# -- the rows


_PRINTS = Row(
    "prints-members",
    "every member of the answer is printed as JSON, with its value: times as numbers or in ISO 8601",
    _prints,
    steps=("plain",),
)

_REPORTS_ERROR = Row(
    "tells-an-error",
    "an error of the service ends the command with its code, and with another exit status than 0",
    _last(reports_error),
    ("error/{error}/present",),
    steps=("unknown-name",),
    should=True,
)

_JSON_FACTS = (f"input/{INPUT_JSON}/present", f"input/{INPUT_JSON}/type")
_GENERATE_FACTS = tuple(f"input/{GENERATE}/{facet}" for facet in ("present", "type", "enum"))
_OWN = (f"input/{INPUT_JSON}/required", f"input/{GENERATE}/required")

_ROWS = (
    # -- the options that a request is made of
    Row(
        "passes-{member}",
        "{option} is sent as {member}, as it was given",
        _passes,
        ("input/{member}/present", "input/{member}/type"),
    ),
    Row(
        "options-left-out",
        "every option but the name may be left out, and is not sent then: the service's own defaults hold",
        lambda at, run: leaves_out(run, _optional(at.operation)),
        ("input/{optional}/required", "input/{defaulted}/default", *_OWN),
        steps=("plain",),
    ),
    Row(
        "name-left-out",
        "the name must be given: without it nothing is sent",
        _last(refuses_unsent),
        ("input/{name}/required",),
    ),
    Row(
        "no-number",
        "a number that is none is rejected before anything is sent",
        _last(refuses_unsent),
        ("input/{limit}/type",),
        should=True,
    ),
    Row(
        "unknown-option",
        "an option that there is not is rejected before anything is sent",
        _last(refuses_unsent),
        ("input/{each}/present",),
        should=True,
    ),
    Row(
        "refused-word",
        "a word that no list has is no answer: the command reports what the service says of it",
        _last(reports_error),
        ("input/{listed}/enum",),
        should=True,
    ),
    Row(
        "refused-name",
        "a name that is too long is no answer: the command reports what the service says of it",
        _last(reports_error),
        ("input/{name}/max_length",),
        should=True,
    ),
    # -- JSON input, and what wins over it
    Row(
        "input-json",
        f"the skeleton, filled in, is the input: {INPUT_JSON} sends every member as it is there",
        lambda at, _, run: carries([(run, filled(at))]),
        _JSON_FACTS,
        steps=("skeleton", "json"),
        laws=(_JSON,),
    ),
    Row(
        "input-json-file",
        f"{INPUT_JSON} takes the JSON from a file, too, and options next to it are sent as well",
        lambda at, run: carries([(run, in_a_file(at) | at.members("input-json-file"))]),
        _JSON_FACTS,
        should=True,
    ),
    Row(
        "option-wins-{member}",
        f"{{option}} wins over {{member}} in {INPUT_JSON}",
        _wins,
        steps=("options-and-json",),
        laws=(_WINS,),
    ),
    # -- skeletons
    Row(
        "skeleton",
        f"{GENERATE} without a value prints a JSON object with all input members, sending nothing",
        partial(_skeleton, "input"),
        _GENERATE_FACTS,
        laws=(_SKELETON,),
    ),
    Row(
        "skeleton-input",
        f"{GENERATE} with the value input prints a JSON object with all input members, sending nothing",
        partial(_skeleton, "input"),
        _GENERATE_FACTS,
        laws=(_SKELETON,),
    ),
    Row(
        "skeleton-output",
        f"{GENERATE} output prints a sample with every member of the output, and sends nothing",
        partial(_skeleton, "output"),
        _GENERATE_FACTS,
        laws=(_SKELETON, _SAMPLE),
    ),
    Row(
        "skeleton-output-nameless",
        f"{GENERATE} output checks the arguments first: without the name it is rejected, and nothing is sent",
        _last(refuses_unsent),
        (f"input/{GENERATE}/enum",),
        laws=(_SAMPLE,),
    ),
    # -- pages
    Row(
        "max-results-caps",
        "with {limit_option} no more items are printed",
        lambda at, run: _items(at, run, 0, PAGE),
        ("input/{limit}/present",),
        steps=("first-page",),
    ),
    Row(
        "prints-{received}",
        "{received} is printed where the list goes on",
        partial(_one_page, hands_out),
        ("output/{received}/present", "output/{received}/type"),
        steps=("first-page",),
    ),
    Row(
        "next-token-goes-on",
        "{token_option} with the printed {received} prints the next items",
        lambda at, _, run: _items(at, run, PAGE, 2 * PAGE),
        ("input/{token}/present",),
        steps=("first-page", "second-page"),
    ),
    Row(
        "gathers-all-pages",
        "asked for nothing in particular, all pages are gone over and printed as one",
        _every_item,
        ("output/{result}/present",),
        steps=("plain",),
        should=True,
    ),
    Row(
        "max-items",
        "--max-items is the total of items printed, with a {received} to go on where some are left",
        _first_items,
        (f"{_CONFIG}.MaxItems/present",),
        should=True,
    ),
    Row(
        "page-size",
        "--page-size is the {limit} of every request",
        lambda at, run: page_sizes(run, at.pagination.limit, SIZE),
        (f"{_CONFIG}.PageSize/present",),
        steps=("max-items",),
        should=True,
    ),
    Row(
        "starting-token",
        "--starting-token goes on where --max-items left off, without gap or overlap",
        lambda at, _, run: _items(at, run, TOTAL, 2 * TOTAL),
        (f"{_CONFIG}.StartingToken/present",),
        steps=("max-items", "resumed"),
        should=True,
    ),
    Row(
        "no-paginate",
        "--no-paginate sends one request, and prints what it brought",
        partial(_one_page, one_request),
        ("input/{limit}/default",),
        should=True,
    ),
)

CLI_LAWS = frozenset(law for row in _ROWS for law in row.laws)
"""The names by which behaviours call for these checks."""


# -- from rows to checks


def cli_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the checks of one operation through the AWS CLI."""
    rows = tuple(_rows(contract, operation))
    uses = {_id(operation, row): row.steps for row in rows}
    for row in rows:
        yield _check(contract, operation, row, uses)


def _rows(contract: Contract, operation: Operation) -> Iterator[Row]:
    """Yield the rows of an operation, filled in."""
    token = operation.pagination.output_token if operation.pagination else ""
    printed = tuple(fact.id.partition("/")[2] for fact in _cited(contract, operation, "output") if fact.path != token)
    names = _names(operation)
    # Where no page describes the command, the input stands for it.
    yield replace(_PRINTS, facts=printed or tuple(_ids(("input/{each}/present",), names)), should=not printed)
    if operation.subject:
        yield _filled(_REPORTS_ERROR, names)
    if not has_options(operation):
        return
    for row in _ROWS:
        if "{member}" not in row.case:
            yield _filled(row, names)
            continue
        for name in operation.input.members:
            own = {**names, "member": (name,), "option": (option(name),)}
            steps = row.steps or _passing(operation, name)
            yield _filled(replace(row, evaluate=partial(row.evaluate, member=name), steps=steps), own)


def _filled(row: Row, names: Names) -> Row:
    """Return a row with its braces filled."""
    text = {name: next(iter(values), "") for name, values in names.items()}
    case = row.case.format_map(text)
    facts = tuple(_ids(row.facts, names))
    return replace(row, case=case, statement=row.statement.format_map(text), facts=facts, steps=row.steps or (case,))


def _ids(templates: Sequence[str], names: Names) -> Iterator[str]:
    """Yield the ids that templates make: one for each value of a name, of which each has one at most."""
    for template in templates:
        found = re.search(r"{(\w+)}", template)
        if found is None:
            yield template
        else:
            yield from (template.replace(found[0], value) for value in names[found[1]])


def _names(operation: Operation) -> Names:
    members, optional = operation.input.members, _optional(operation)
    names = {
        "each": tuple(members),
        "optional": optional,
        "defaulted": tuple(name for name in optional if "default" in members[name].documented),
        "listed": tuple(enum_words(operation, 0)),
        "error": tuple(operation.errors),
        "name": (operation.subject,),
    }
    if operation.pagination is None:
        return names
    limit, token = operation.pagination.limit, operation.pagination.input_token
    return {
        **names,
        "limit": (limit,),
        "limit_option": (option(limit),),
        "token": (token,),
        "token_option": (option(token),),
        "received": (operation.pagination.output_token,),
        "result": (operation.pagination.result,),
    }


def _optional(operation: Operation) -> tuple[str, ...]:
    return tuple(name for name, node in operation.input.members.items() if not node.documented.get("required"))


def _passing(operation: Operation, member: str) -> tuple[str, ...]:
    """Return the steps that have an option for a member."""
    reader = Reader.of(operation)
    if member == reader.pagination.input_token:
        return ("second-page",)
    if member == operation.subject:
        return ("plain", "unknown-name", "first-page", "refused-name")
    if member == reader.pagination.limit:
        return ("first-page", "unknown-name", "refused-name")
    return (
        "unknown-name",
        "refused-name",
        "input-json-file",
        *(() if member in map(top, reader.spec.filters) else ("no-paginate",)),
    )


def _pages(contract: Contract) -> frozenset[str]:
    """Return the documents that describe a command of the client."""
    return frozenset(name for name, source in contract.sources.items() if source.kind == _PAGE_KIND)


def _cited(contract: Contract, operation: Operation, direction: str) -> tuple[Fact, ...]:
    """Return the facts about members and their types that such a document states."""
    pages = _pages(contract)
    return tuple(
        fact
        for fact in contract.facts_of(operation.name, direction)
        if fact.facet in {"present", "type"} and any(item.id in pages for item in fact.sources)
    )


def _due(contract: Contract, operation: Operation, direction: str) -> frozenset[str]:
    """Return the paths that any client knows: those of its page, else those of the oldest document."""
    facts = _cited(contract, operation, direction)
    if not facts:
        pages = [item for item in contract.sources.values() if item.operation == operation.name]
        oldest = min(pages, key=lambda item: item.edition or 0, default=None)
        every = contract.facts_of(operation.name, direction)
        facts = tuple(fact for fact in every if oldest and any(item.id == oldest.id for item in fact.sources))
    return frozenset(fact.path for fact in facts)


def _check(contract: Contract, operation: Operation, row: Row, uses: Mapping[str, tuple[str, ...]]) -> Check:
    facts, cites = ((), row.facts) if row.should else (row.facts, ())
    on = grounds(contract, operation, laws=row.laws, facts=facts, cites=cites)
    pages = _pages(contract)
    own = tuple(place for place in on.because if place.source in pages)
    return Check(
        _id(operation, row),
        "should" if row.should else "must",
        "inferred" if row.should else "documented",
        f"AWS CLI: {row.statement}",
        # The client's own page alone, where it says anything.
        own or on.because or because(contract, protocol=True),
        partial(_run, operation, row, uses),
        compares=True,
        facts=on.facts,
        behaviours=on.behaviours,
        request=" ".join(("aws", *command_of(contract, operation).words)),
        accepts=row.statement,
    )


def _id(operation: Operation, row: Row) -> str:
    return f"{operation.name}/client/cli/{row.case}"


def _run(operation: Operation, row: Row, uses: Mapping[str, tuple[str, ...]], session: TargetSession) -> Verdict:
    if session.commands is None:
        return skipped(NOT_ASKED, kind="not-asked")
    if session.gone is not None:
        return broke(session.gone.kind, session.gone.detail)
    at = SharedCommands(session, operation, uses)
    try:
        runs = [at.ran(step) for step in row.steps]
        verdict = row.evaluate(at, *runs)
    except Unfit as unfit:
        return unfit.verdict
    # A failure is reproduced by the command itself.
    return replace(verdict, reproduce=verdict.reproduce or runs[-1].line)
