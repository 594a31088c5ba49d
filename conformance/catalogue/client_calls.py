"""Calls and paginators of boto3, for the contract's operations alone: what each came to, with its exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.catalogue.client_session import MOST_REQUESTS, ClientSession, EndlessError
from conformance.wire.exchange import Exchange, Fault

_MOST_BYTES = 32 * 1024 * 1024
"""Bytes of the bodies of pages after which a paginator is stopped."""


@dataclass(frozen=True)
class ClientOutcome:
    """What a client call came to: its results (one a page), or the exception; and the exchanges behind it.

    `resume_token` is what the paginator hands out to go on later; None where nothing is left.
    """

    results: tuple[Mapping[str, Any], ...] = ()
    exception: str = ""
    """The class of the exception, empty where there was none."""
    modelled: bool = False
    """Whether the exception is the one that the client's own model names for the error."""
    message: str = ""
    told: Mapping[str, Any] | None = None
    """What an error of the service is said to be: its `response`; None for an exception that is none."""
    exchanges: tuple[Exchange, ...] = ()
    resume_token: str | None = None
    fault: Fault | None = None
    """Why the last request of the call found no answer."""


class ClientLab:
    """boto3 at one endpoint; it calls the contract's operations and nothing else."""

    def __init__(self, session: ClientSession, operations: frozenset[str]) -> None:
        """Call nothing yet."""
        self._session = session
        self._operations = operations

    def taken(self) -> tuple[Fault | None, ...]:
        """Give what became of the requests since this was asked last: a fault, or None for an answer."""
        return self._session.taken()

    def _begin(self, operation: str) -> tuple[Any, str]:
        """Begin a call; give boto3's client, and the name of its method."""
        client, method = self._session.client, self._method(operation)
        self._session.begin(operation)
        return client, method

    def _method(self, operation: str) -> str:
        from botocore import xform_name  # noqa: PLC0415 - a quarter of a second that only runs with client checks pay

        if operation not in self._operations:
            raise ValueError(f"{operation} is not an operation of the contract")
        return str(xform_name(operation))

    def call(self, operation: str, members: Mapping[str, Any]) -> ClientOutcome:
        """Call an operation as a user of boto3 would."""
        client, method = self._begin(operation)
        try:
            result = getattr(client, method)(**members)
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        return ClientOutcome((result,), exchanges=self._session.exchanges)

    def can_paginate(self, operation: str) -> bool:
        """Tell whether the client offers a paginator under the operation's name."""
        return bool(self._session.client.can_paginate(self._method(operation)))

    def paginate(self, operation: str, members: Mapping[str, Any], config: Mapping[str, Any] | None) -> ClientOutcome:
        """Run the paginator to its end; `config` None leaves PaginationConfig out."""
        client, method = self._begin(operation)
        arguments = dict(members) if config is None else {**members, "PaginationConfig": dict(config)}
        try:
            pages = client.get_paginator(method).paginate(**arguments)
            results = tuple(self._bounded(pages))
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        return ClientOutcome(results, exchanges=self._session.exchanges, resume_token=pages.resume_token)

    def full_result(
        self, operation: str, members: Mapping[str, Any], config: Mapping[str, Any] | None
    ) -> ClientOutcome:
        """Let the paginator put its pages together; the token to go on with is the one that stands in the result."""
        client, method = self._begin(operation)
        arguments = dict(members) if config is None else {**members, "PaginationConfig": dict(config)}
        try:
            result = client.get_paginator(method).paginate(**arguments).build_full_result()
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        # botocore gives its own name to the token, whatever the operation calls it.
        return ClientOutcome((result,), exchanges=self._session.exchanges, resume_token=result.get("NextToken"))

    def _bounded(self, pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        size = 0
        for number, page in enumerate(pages, start=1):
            yield page
            size += len(response.body) if (response := self._session.exchanges[-1].response) else 0
            if number >= MOST_REQUESTS or size > _MOST_BYTES:
                raise EndlessError(f"stopped: no end after {number} pages and {size} bytes")

    def _raised(self, error: Exception) -> ClientOutcome:
        # An error of the transport has such an attribute, too: it is None.
        response = getattr(error, "response", None) or {}
        code = response.get("Error", {}).get("Code", "")
        known = isinstance(code, str) and code in _names(self._session.client)
        named = getattr(self._session.client.exceptions, code, None) if known else None
        return ClientOutcome(
            exception=type(error).__name__,
            modelled=named is not None and isinstance(error, named),
            message=str(error),
            told=response if isinstance(error, self._session.client.exceptions.ClientError) else None,
            exchanges=self._session.exchanges,
            fault=self._session.fault,
        )


def _names(client: Any) -> frozenset[str]:
    return frozenset(shape.name for shape in client.meta.service_model.error_shapes)
