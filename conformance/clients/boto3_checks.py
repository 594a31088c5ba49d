"""Checks through boto3: the calls as a user makes them, the exceptions that its model names, and its paginator.

Longer than most modules because each check is declared above its function: it is a table with code between its rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.checks.check import Check, Unfit, because, grounds
from conformance.checks.request.laws import lists_nothing, maybe_invalid, unknown_state, was_accepted
from conformance.checks.response.laws import observe
from conformance.checks.verdict import Outcome, Verdict, broke, failed, passed, skipped
from conformance.clients.boto3_client import Boto3Client, ClientOutcome
from conformance.clients.laws import parses, requests_carry, same_items, tells_error
from conformance.contract.model import Contract, Node, Operation
from conformance.contract.resources import makes_anew
from conformance.session.listing import Reader
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.exchange import shown

NO_LISTING = "the target has no ended resource with more than three listed items"
_FEWEST = 4
_NO_CLIENT = "this run has no client library at hand"

Variant = Mapping[str, Any]
Facts = Callable[[Operation], Iterable[str]]
"""Ids of facts without the operation."""
Each = Callable[[Operation], Iterable[Variant]]
"""The variants of a check; none where an operation has no such check."""


@dataclass(frozen=True)
class Caller:
    """What a check has at hand: the operation, the session of the target, and boto3's client of it."""

    operation: Operation
    session: TargetSession
    client: Boto3Client


def _undefined(*_: Any, **__: Any) -> Verdict:
    raise NotImplementedError("a check is declared, and has no function yet")


@dataclass(frozen=True)
class Boto3Check:
    """A check through boto3, declared above its function: `@Boto3Check("subject/case", "statement")`.

    Each variant fills the braces of the texts, and goes to the function.
    """

    place: str
    statement: str
    laws: tuple[str, ...] = ()
    """The names by which behaviours call for it."""
    facts: Facts = lambda _: ()
    cites: Facts = lambda _: ()
    """Facts that it leans on without evaluating them."""
    level: str = "must"
    sure: Callable[[Operation], bool] = lambda _: True
    """Whether documents say so of an operation; otherwise it is recommended."""
    each: Each = lambda _: ({},)
    evaluate: Callable[..., Verdict] = _undefined

    def __call__(self, evaluate: Callable[..., Verdict]) -> Callable[..., Verdict]:
        """Register a function as this check."""
        _DECLARED.append(replace(self, evaluate=evaluate))
        return evaluate

    def check(self, contract: Contract, operation: Operation, variant: Variant) -> Check:
        """Return the check of an operation."""
        on = grounds(
            contract,
            operation,
            laws=self.laws,
            facts=[fact.format_map(variant) for fact in self.facts(operation)],
            cites=self.cites(operation),
        )
        statement = self.statement.format_map(variant)
        level = self.level if self.sure(operation) else "should"
        return Check(
            f"{operation.name}/client/{self.place.format_map(variant)}",
            level,
            "documented" if level == "must" else "inferred",
            statement,
            on.because or because(contract, protocol=True),
            partial(self._run, operation, variant),
            compares=True,
            facts=on.facts,
            behaviours=on.behaviours,
            request=f"boto3: {operation.name}",
            accepts=statement,
        )

    def _run(self, operation: Operation, variant: Variant, session: TargetSession) -> Verdict:
        if session.gone is not None:
            return broke(session.gone.kind, session.gone.detail)
        if session.clients is None:
            return skipped(_NO_CLIENT)
        if not session.clients.is_there:
            return skipped("the installed boto3 does not know the service")
        try:
            verdict = self.evaluate(Caller(operation, session, session.clients), **variant)
        except Unfit as unfit:
            verdict = unfit.verdict
        for fault in session.clients.taken():
            session.count(fault)
        return verdict


_DECLARED: list[Boto3Check] = []


def law_names() -> frozenset[str]:
    """Return the names by which behaviours call for these checks."""
    return frozenset(name for declared in _DECLARED for name in declared.laws)


def boto3_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the checks of an operation, in the order in which they are declared."""
    for declared in _DECLARED:
        for variant in declared.each(operation):
            yield declared.check(contract, operation, variant)


# -- calls


def _naming(operation: Operation) -> Iterable[Variant]:
    return ({},) if operation.subject else ()


def _own_errors(operation: Operation) -> Iterator[str]:
    return (f"error/{code}/present" for code in operation.errors)


@Boto3Check(
    "boto3/call",
    "boto3 gives every member of the answer as its own type",
    cites=lambda operation: (
        f"output/{name}/type" for name, node in operation.output.members.items() if node.basis == "documented"
    ),
)
def _call(caller: Caller) -> Verdict:
    operation, session = caller.operation, caller.session
    if not session.exists(operation):
        return skipped("the target has no resource to ask for")
    plain = session.plain(operation)
    if not session.contract.service.knows_rejections and not (answer := session.exchange(plain)).ok:
        return skipped(f"the plain request, which may lack something, got {shown(answer)}", exchanges=(answer,))
    outcome = caller.client.call(operation.name, plain.members)
    session.saw(outcome.exchanges)
    if outcome.exception and outcome.exchanges and was_accepted(caller.operation, outcome.exchanges[-1]):
        return skipped("what is asked for does not go with what is there", exchanges=outcome.exchanges[-1:])
    last = outcome.exchanges[-1] if outcome.exception and outcome.exchanges else None
    if last is not None and (unknown := unknown_state(caller.operation, last, exists=True)):
        return unknown
    if problem := unfinished(outcome, "the answer of the operation"):
        return problem
    raw = outcome.exchanges[-1].answer or {} if outcome.exchanges else {}
    verdict = parses(operation.output, raw, outcome.results[0], outcome.exchanges)
    seen = observe(operation, outcome.exchanges).paths.items() if verdict.outcome is Outcome.FAILED else ()
    mistyped = [path for path, values in seen if "type" in values.broken]
    checks = (f"{operation.name}/response/{path}/{basis}type" for path in mistyped for basis in ("", "modelled-"))
    return replace(verdict, follows=tuple(checks))


@Boto3Check(
    "boto3/unknown-name",
    "boto3 raises the modelled exception for a name that nothing has",
    facts=_own_errors,
    each=_naming,
    sure=lambda operation: any(error.level == "must" for error in operation.not_found.values()),
)
def _unknown(caller: Caller) -> Verdict:
    outcome = _call_unknown(caller)
    if outcome.modelled:
        return passed({"calls": 1})
    if problem := unanswered(outcome):
        return problem
    last = outcome.exchanges[-1] if outcome.exchanges else None
    if last is not None and last.error_code == "MissingAuthenticationTokenException":
        return skipped("boto3 does not sign requests of this operation", exchanges=(last,))
    stated = any(error.level == "must" for error in caller.operation.not_found.values())
    if last is not None and (
        unsure := maybe_invalid(caller.session.contract.service, caller.operation, last)
        or (None if stated else lists_nothing(caller.operation, last))
    ):
        return unsure
    if not caller.operation.not_found or makes_anew(caller.session.contract, caller.operation):
        return skipped("which error says that nothing has a name is not known", exchanges=outcome.exchanges[:1])
    return failed(
        "other-exception",
        "another outcome than the modelled exception",
        expected=" or ".join(f"client.exceptions.{code}" for code in caller.operation.errors),
        received=f"{outcome.exception}: {outcome.message}" if outcome.exception else "an answer",
        exchanges=outcome.exchanges[:1],
    )


@Boto3Check(
    "boto3/client-error",
    "the exception is a ClientError, with the code, message and status of the answer",
    cites=_own_errors,
    level="should",
    each=_naming,
)
def _client_error(caller: Caller) -> Verdict:
    outcome = _call_unknown(caller)
    if outcome.exchanges and outcome.exchanges[-1].ok:
        return skipped("the target knows the name that nothing should have")
    return unanswered(outcome) or tells_error(outcome.exception, outcome.error_response, outcome.exchanges)


def _call_unknown(caller: Caller) -> ClientOutcome:
    session, operation = caller.session, caller.operation
    return caller.client.call(operation.name, session.about(operation, session.unknown_name(operation)))


@Boto3Check(
    "boto3/name-left-out",
    "the name must be given",
    facts=lambda operation: (f"input/{operation.subject}/required",),
    each=_naming,
)
def _nameless(caller: Caller) -> Verdict:
    if caller.client.fills_in(caller.operation.name, caller.operation.subject):
        return skipped(f"boto3 makes up {caller.operation.subject} where it is left out: an idempotency token")
    outcome = caller.client.call(caller.operation.name, {})
    return needs_name(outcome, "the call is answered without a name", "an answer")


def needs_name(outcome: ClientOutcome, reason: str, received: str) -> Verdict:
    """Evaluate a call without a name: the client refuses it, or the service does."""
    if problem := unanswered(outcome):
        return problem
    if outcome.exception and not any(exchange.ok for exchange in outcome.exchanges):
        return passed({"calls": 1})
    expected = "an error of the client or of the service"
    return failed("name-not-needed", reason, expected=expected, received=received, exchanges=outcome.exchanges[:1])


def unfinished(outcome: ClientOutcome, expected: str) -> Verdict | None:
    """Evaluate a call that ended in an exception; None where it came to its end."""
    if not outcome.exception:
        return None
    return unanswered(outcome) or failed(
        "client-raised",
        "the client raised instead of returning",
        expected=expected,
        received=f"{outcome.exception}: {outcome.message}",
        exchanges=outcome.exchanges[:1],
    )


def unanswered(outcome: ClientOutcome) -> Verdict | None:
    """Evaluate a call without an answer: the target broke. None where it had one, or where the client sent nothing."""
    if outcome.fault is None:
        return None
    return broke(outcome.fault.kind, outcome.fault.detail, exchanges=outcome.exchanges[-1:])


# -- the paginator

Config = Mapping[str, Any]
"""The members of PaginationConfig."""


@dataclass(frozen=True)
class Ran:
    """A paginator that came to its end: what it returned, and the whole listing."""

    outcome: ClientOutcome
    items: tuple[str, ...]
    every: tuple[str, ...]


def subject_of(caller: Caller) -> ListingSnapshot | None:
    """Return the inventory with the fewest items that do not fit on a default page; the longest where all do."""
    operation, session = caller.operation, caller.session
    limit = operation.input.members.get(Reader.of(operation).pagination.limit)
    default = (limit.effective("default") if limit is not None else None) or 0

    def choose() -> ListingSnapshot | None:
        listed = session.listed(operation)
        longer = [each for each in listed if len(each.items) > default]
        return min(longer, key=_length) if longer else max(listed, key=_length, default=None)

    return session.chosen("longer than a page", operation, choose)


def _length(inventory: ListingSnapshot) -> int:
    return len(inventory.items)


def paginate(caller: Caller, config: Config | None, *, whole: bool = False, **members: Any) -> Ran:
    """Run the paginator over the listing that is worth it, page by page, or for its full result.

    It is run once for all checks that run it in the same way. Raises Unfit where there is no such listing, or the
    paginator does not come to its end.
    """
    operation, session = caller.operation, caller.session
    subject = subject_of(caller)
    if subject is None or len(subject.items) < _FEWEST:
        raise Unfit(skipped(NO_LISTING))
    members = {**subject.members, **members}
    walked = session.walk(operation, members).listing
    if walked.left_off:
        raise Unfit(skipped(f"{subject.name}: {walked.problem}, too long to be gone over by the client"))
    first = walked.pages[0] if walked.pages else None
    if first is not None and (unsure := maybe_invalid(session.contract.service, operation, first)):
        raise Unfit(unsure)

    def run() -> ClientOutcome:
        outcome = caller.client.paginate(operation.name, members, config, whole=whole)
        session.saw(outcome.exchanges)
        return outcome

    settings = None if config is None else tuple(sorted(config.items()))
    key = ("paginated", operation.name, whole, settings, json.dumps(members, sort_keys=True))
    outcome = session.remembered(key, run)
    if problem := unfinished(outcome, "the pages of the listing"):
        raise Unfit(problem)
    reader = Reader.of(operation)
    items = tuple(reader.identity(item) for page in outcome.results for item in page.get(reader.pagination.result, ()))
    return Ran(outcome, items, reader.identities(walked.items))


_PAGE = 3
_LARGEST = 100


def _sized(operation: Operation, wanted: int = _PAGE) -> Config:
    """Return the PageSize that is wanted, or the least where that is more; none where no size can be asked for."""
    limit = operation.input.members.get(Reader.of(operation).pagination.limit)
    if limit is None:
        return {}
    return {"PageSize": max(wanted, *(int(stated.get("minimum", 1)) for stated in (limit.documented, limit.modelled)))}


def _cut(operation: Operation) -> Config:
    """Return settings that stop a run in the middle of a page."""
    return {"MaxItems": _PAGE, **_sized(operation, 2)}


_CONFIG = "paginator/PaginationConfig"


def _config(*names: str) -> Facts:
    return lambda _: (f"{_CONFIG}.{name}/{facet}" for name in names for facet in ("present", "type"))


def _paginated(operation: Operation) -> Iterable[Variant]:
    return ({},) if operation.paginator is not None and operation.listing is not None else ()


def _arguments(operation: Operation) -> dict[str, Node]:
    members = operation.paginator.members if operation.paginator else {}
    return {name: node for name, node in members.items() if node.accepted_values()}


def _facts_of_a_plain_run(operation: Operation) -> Iterator[str]:
    subject = f"paginator/{operation.subject}" if operation.subject else "paginator"
    yield from (f"{_CONFIG}/required", f"{_CONFIG}/present", f"{subject}/present", f"{subject}/type")
    yield from (f"paginator/{name}/required" for name in _arguments(operation))


def _in_sizes(operation: Operation) -> Iterable[Variant]:
    return ({},) if _paginated(operation) and _sized(operation) else ()


def _paginator(case: str, statement: str, law: str, facts: Facts = lambda _: (), each: Each = _paginated) -> Boto3Check:
    """Return the declaration of a check of the paginator of an operation that has one."""
    return Boto3Check(f"paginator/{case}", statement, laws=(law,), facts=facts, each=each)


@_paginator("available", "the client offers a paginator under the operation's name", "paginator-exists")
def _available(caller: Caller) -> Verdict:
    if caller.client.can_paginate(caller.operation.name):
        return passed({"paginators": 1})
    return failed("no-paginator", "the installed client has no such paginator", expected="a paginator", received="none")


@_paginator(
    "without-config",
    "PaginationConfig may be left out: all items come",
    "paginator-config-optional",
    _facts_of_a_plain_run,
)
def _without_config(caller: Caller) -> Verdict:
    return _every_item(paginate(caller, None))


@_paginator(
    "config",
    "PaginationConfig may be given as a dictionary: all items come",
    "paginator-config-optional",
    lambda _: (
        f"{_CONFIG}/type",
        *(f"{_CONFIG}.{name}/required" for name in ("MaxItems", "PageSize", "StartingToken")),
    ),
)
def _with_config(caller: Caller) -> Verdict:
    return _every_item(paginate(caller, {}))


def _every_item(ran: Ran) -> Verdict:
    return same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)


@_paginator(
    "defaults",
    "arguments left out are not sent: the service's own defaults hold",
    "paginator-arguments",
    lambda operation: (
        f"paginator/{name}/default" for name, node in _arguments(operation).items() if "default" in node.documented
    ),
)
def _defaults(caller: Caller) -> Verdict:
    ran = paginate(caller, None)
    left_out = tuple(name for name in _arguments(caller.operation) if name not in caller.operation.needed)
    return requests_carry(ran.outcome.exchanges, {}, left_out)


@Boto3Check(
    "paginator/name-left-out",
    "the name must be given",
    laws=("paginator-arguments",),
    facts=lambda operation: (f"paginator/{operation.subject}/required",),
    each=lambda operation: _paginated(operation) if operation.subject else (),
)
def _paginated_nameless(caller: Caller) -> Verdict:
    outcome = caller.client.paginate(caller.operation.name, {}, None)
    return needs_name(outcome, "the paginator runs without a name", f"{len(outcome.results)} pages")


@_paginator(
    "page-size-on-the-wire",
    "PageSize is the limit of every request",
    "paginator-page-size",
    _config("PageSize"),
    _in_sizes,
)
def _page_size(caller: Caller) -> Verdict:
    sized = _sized(caller.operation)
    ran = paginate(caller, sized)
    return requests_carry(ran.outcome.exchanges, {Reader.of(caller.operation).pagination.limit: sized["PageSize"]})


@_paginator("page-size-caps", "no page is larger than PageSize", "paginator-page-size", _config("PageSize"), _in_sizes)
def _page_caps(caller: Caller) -> Verdict:
    sized = _sized(caller.operation)
    ran, size = paginate(caller, sized), sized["PageSize"]
    result = Reader.of(caller.operation).pagination.result
    largest = max((len(page.get(result, ())) for page in ran.outcome.results), default=0)
    if largest > size:
        too_large = failed(
            "page-too-large",
            "a page is larger than PageSize",
            expected=f"at most {size} items",
            received=f"{largest} items",
            exchanges=ran.outcome.exchanges[:1],
        )
        return replace(too_large, see=(f"{caller.operation.name}/pagination/default/*",))
    return _every_item(ran)


@_paginator("max-items-caps", "MaxItems is the total over all pages", "paginator-max-items", _config("MaxItems"))
def _max_items(caller: Caller) -> Verdict:
    ran = paginate(caller, _cut(caller.operation), **Reader.of(caller.operation).order_without_ties())
    return same_items(ran.every[:_PAGE], ran.items, "the items up to MaxItems", ran.outcome.exchanges)


@_paginator(
    "resume-token",
    "a token to go on with is handed out where items are left",
    "paginator-resume-token",
    _config("MaxItems"),
)
def _resume_token(caller: Caller) -> Verdict:
    ran = paginate(caller, {"MaxItems": _PAGE, **_sized(caller.operation)})
    return _no_token(ran) or passed({"items": len(ran.every)})


def _no_token(ran: Ran) -> Verdict | None:
    """Evaluate the end of a run that left items: None where it handed out a token."""
    if ran.outcome.resume_token:
        return None
    reason, expected = "items are left, and no token is handed out", "a token to go on with"
    exchanges = ran.outcome.exchanges[:1]
    return failed("no-resume-token", reason, expected=expected, received="none", exchanges=exchanges)


@_paginator(
    "no-resume-token-at-the-end",
    "no token is handed out where nothing is left",
    "paginator-resume-token",
    _config("MaxItems"),
)
def _no_resume_token(caller: Caller) -> Verdict:
    subject = subject_of(caller)
    ran = paginate(caller, {"MaxItems": len(subject.items) if subject else 1})
    return _token_at_the_end(ran) or passed({"items": len(ran.every)})


def _token_at_the_end(ran: Ran) -> Verdict | None:
    """Evaluate the end of a run that left nothing: None where it handed out no token."""
    if ran.outcome.resume_token is None:
        return None
    reason, exchanges = "nothing is left, and a token is handed out", ran.outcome.exchanges[-1:]
    return failed("resume-token-at-the-end", reason, expected="no token", received="a token", exchanges=exchanges)


@_paginator(
    "full-result",
    "the full result has all items under their member, and no token",
    "paginator-resume-token",
    _config("MaxItems"),
)
def _whole(caller: Caller) -> Verdict:
    ran = paginate(caller, {}, whole=True, **Reader.of(caller.operation).order_without_ties())
    listed = same_items(ran.every, ran.items, "the items of the full result", ran.outcome.exchanges)
    return _token_at_the_end(ran) or listed


@_paginator(
    "full-result-token",
    "the full result up to MaxItems has a token, by which StartingToken goes on",
    "paginator-resume-token",
    _config("MaxItems", "StartingToken"),
)
def _whole_resumed(caller: Caller) -> Verdict:
    return _resumed(caller, _cut(caller.operation), _cut(caller.operation), whole=True)


@_paginator(
    "starting-token",
    "StartingToken goes on without gap or overlap",
    "paginator-starting-token",
    _config("StartingToken"),
)
def _starting_token(caller: Caller) -> Verdict:
    sized = _sized(caller.operation)
    return _resumed(caller, {"MaxItems": _PAGE, **sized}, sized)


@_paginator(
    "starting-token-in-a-page",
    "StartingToken goes on from the middle of a page",
    "paginator-starting-token",
    _config("StartingToken"),
)
def _starting_token_in_a_page(caller: Caller) -> Verdict:
    return _resumed(caller, _cut(caller.operation), _sized(caller.operation, 2))


def _resumed(caller: Caller, config: Config, more: Config, *, whole: bool = False) -> Verdict:
    """Evaluate a run that `config` stops early, and a second one that goes on from its token with `more`."""
    first = paginate(caller, config, whole=whole, **Reader.of(caller.operation).order_without_ties())
    if problem := _no_token(first):
        return problem
    more = {**more, "StartingToken": first.outcome.resume_token}
    rest = paginate(caller, more, whole=whole, **Reader.of(caller.operation).order_without_ties())
    wanted = first.every[: config["MaxItems"] + more["MaxItems"]] if "MaxItems" in more else first.every
    together = (*first.items, *rest.items)
    return same_items(wanted, together, "the items before and after the token", rest.outcome.exchanges)


@Boto3Check(
    "paginator/passes-{name}-{value}",
    "{name} {value} goes out with every request",
    laws=("paginator-arguments",),
    facts=lambda _: (f"paginator/{{name}}/{facet}" for facet in ("present", "type", "enum")),
    each=lambda operation: (
        {"name": name, "value": value}
        for name, node in (_arguments(operation).items() if operation.listing is not None else ())
        for value in node.accepted_values() or ()
    ),
)
def _passes(caller: Caller, *, name: str, value: str) -> Verdict:
    members: dict[str, Any] = {name: value}
    pagination = caller.operation.pagination
    limit = caller.operation.input.members.get(pagination.limit if pagination else "")
    largest = int((limit and limit.effective("maximum")) or _LARGEST)
    sized = _sized(caller.operation, min(largest, _LARGEST))
    ran = paginate(caller, sized, **members)
    return requests_carry(ran.outcome.exchanges, {name: value})
