"""`conformance draft`: a contract of operations of an AWS JSON service, from pages and its model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import ExitCode
from conformance.program import Command

if TYPE_CHECKING:
    from conformance.documents.service_model import ModelSource
    from conformance.drafting.folder import Written


@click.command(cls=Command)
@click.argument("service")
@click.argument("operations", nargs=-1, metavar="[OPERATION]...")
@click.option(
    "--output", metavar="DIR", type=click.Path(path_type=Path), help="Folder of the contract (default: SERVICE)."
)
@click.option(
    "--document",
    "documents",
    metavar="PAGE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A page of the documentation, the oldest first; may be repeated (default: boto3's own pages).",
)
@click.option(
    "--model",
    metavar="DIR|FILE",
    type=click.Path(path_type=Path),
    help="The service model (default: installed botocore).",
)
@click.option("--keep-pages", is_flag=True, help="Write the pages into the folder, too.")
def draft(  # noqa: PLR0913 - the options
    *,
    service: str,
    operations: tuple[str, ...],
    output: Path | None,
    documents: tuple[Path, ...],
    model: Path | None,
    keep_pages: bool,
) -> int:
    """Draft a contract of operations of a service that speaks AWS JSON.

    What pages state is documented, what only the model states is modelled, what names suggest is inferred and has a
    comment that says so. Without an operation, all that list or describe something are drafted. A folder that has a
    draft already gets these operations in addition, and what people have changed in it is kept; exit code 1: the draft
    would write some of that otherwise.
    """
    from conformance.drafting.contracts import draft as drafted  # noqa: PLC0415 - --help does without it
    from conformance.drafting.folder import behaviour_numbers, earlier_operations, write  # noqa: PLC0415 - as above
    from conformance.drafting.sources import draft_sources  # noqa: PLC0415 - as above

    folder = output or Path(service)
    source = _model(service, model)
    earlier = earlier_operations(folder, service, operations, documents)
    sources, names = draft_sources(service, source, operations, documents, earlier)
    found = drafted(sources, names, behaviour_numbers(folder))
    written = write(folder, found, keep_pages=keep_pages)
    for line in _lines(folder, written):
        click.echo(line)
    unread = list(dict.fromkeys(item for page in sources.pages for item in page.reading.unread))
    for item in unread[:_MOST_LINES]:
        click.echo(f"not read: {item.document}:{item.line}: {item.text.strip():.60} ({item.why})")
    if len(unread) > _MOST_LINES:
        click.echo(f"not read: {len(unread) - _MOST_LINES} lines more")
    for name in sources.left_out:
        click.echo(f"left out: {name} is an event stream, which a contract can't express")
    if found.questions:
        click.echo("open questions, also at the end of the operation's file:")
        for question in found.questions:
            click.echo(f"  {question}")
    return ExitCode.DOES_NOT_CONFORM if written.conflicts else ExitCode.CONFORMS


def _model(service: str, given: Path | None) -> ModelSource:
    from conformance.documents.service_model import in_file, in_folder, installed  # noqa: PLC0415 - as above

    if given is None:
        _insist_on_service(service)
        return installed(service)
    return in_folder(given, service) if given.is_dir() else in_file(given)


def _insist_on_service(service: str) -> None:
    from botocore.session import get_session  # noqa: PLC0415 - as above

    from conformance.documents.claims import ModelError  # noqa: PLC0415 - as above
    from conformance.errors import suggest  # noqa: PLC0415 - as above

    services = get_session().get_available_services()
    if service not in services:
        raise ModelError(f"botocore has no service {service!r}", hint=suggest(service, services))


_MOST_LINES = 20
"""Lines that are shown of a conflict, and of what could not be read."""


def _lines(folder: Path, written: Written) -> list[str]:
    counts = (("new", written.new), ("changed", written.changed), ("removed", written.removed))
    said = ", ".join(f"{len(files)} {what} file{'s' * (len(files) != 1)}" for what, files in counts if files)
    lines = [f"{folder}: {said or 'nothing to change'}"]
    for conflict in written.conflicts:
        place = f"{folder}/{conflict.file}" + (f":{conflict.line}" if conflict.line else "")
        state = "kept as it is" if conflict.line else "left out, as you removed it"
        lines.append(f"{place}: {state}; the draft has" + ("" if conflict.drafted else " nothing there"))
        lines += [f"    {line.rstrip()}" for line in conflict.drafted[:_MOST_LINES]]
        if len(conflict.drafted) > _MOST_LINES:
            lines.append(f"    ... and {len(conflict.drafted) - _MOST_LINES} lines more")
    return lines
