"""Clients without process and socket: commands played, boto3 as it is, their requests led to a sender right here."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.client_session import ClientSession
from conformance.laws.commands import CommandRun
from conformance.mutants.played_cli import PlayedCli
from conformance.proof.sender import URL
from conformance.wire.request import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conformance.contract import Contract
    from conformance.laws.commands import Command
    from conformance.mutants import Mutant
    from conformance.proof.sender import InProcess
    from conformance.wire.exchange import Exchange, HttpRequest
    from conformance.wire.sending import Sending


def boto3_in_process(contract: Contract, sender: InProcess, broken: Mutant | None = None) -> ClientLab:
    """Give boto3 with its requests led to the sender; a mutant of it is broken when it is made."""

    def relay(sending: Sending, shown: HttpRequest) -> Exchange:
        del shown
        target, kind = (sending.headers.get(name) for name in ("X-Amz-Target", "Content-Type"))
        return sender.send(Request(sending.operation, sending.body, sending.method, target, kind))

    alter = broken.client if broken is not None and broken.client is not None else lambda _: None
    session = ClientSession(URL, contract.service, None, region="us-east-1", relay=relay, alter=alter)
    return ClientLab(session, frozenset(contract.operations))


class CommandsInProcess:
    """Runs commands by the played AWS CLI, or a broken variant of it."""

    def __init__(self, contract: Contract, sender: InProcess, broken: Mutant | None = None) -> None:
        """Run nothing yet."""
        kind = broken.program(PlayedCli) if broken is not None and broken.program is not None else PlayedCli
        self._program = kind(contract, self._send)
        self._sender = sender
        self._exchanges: list[Exchange] = []

    @property
    def wanted(self) -> Collection[str]:
        """Nothing is begun ahead."""
        return ()

    def ahead(self, commands: Sequence[Command]) -> None:
        """Begin nothing."""

    def close(self) -> None:
        """End nothing: nothing runs on."""

    def run(self, command: Command) -> CommandRun:
        """Run a command to its end."""
        self._exchanges.clear()
        ended = self._program.call(command.words, dict(command.files))
        line = shlex.join(["aws", *command.words])
        return CommandRun(command, ended.status, ended.out, ended.err, tuple(self._exchanges), None, line)

    def _send(self, operation: str, body: bytes) -> tuple[int, bytes]:
        exchange = self._sender.send(Request(operation, body))
        self._exchanges.append(exchange)
        return (exchange.status, exchange.response.body) if exchange.response else (0, b"{}")
