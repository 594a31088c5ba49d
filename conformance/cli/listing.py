"""`conformance checks` and `conformance facts`: what there is, without running anything."""

from __future__ import annotations

import json
from typing import Any

import click

from conformance.cli.options import contract, contract_in, selection


@click.command()
@selection
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of that list, and stop.")
@contract
def checks(as_json: bool, print_schema: bool, contract: str | None, **options: Any) -> None:  # noqa: FBT001 - click passes flags so
    """List the checks, without running any."""
    if print_schema:
        from conformance.cli.schemas import CHECKS  # noqa: PLC0415 - only this branch needs it

        click.echo(json.dumps(CHECKS, indent=2))
        return
    from conformance.catalogue.catalogue import catalogue, select  # noqa: PLC0415 - --help does without it

    chosen = select(
        catalogue(contract_in(contract)),
        options["select"],
        operation=options["operation"],
        area=options["area"],
        level=options["level"],
    )
    if as_json:
        rows = [
            {
                "id": check.id, "operation": check.operation, "area": check.area, "level": check.level,
                "basis": check.basis, "statement": check.statement,
                "because": [{"source": place.source, "line": place.line} for place in check.because],
                "facts": list(check.facts), "behaviour": check.behaviour or None,
            }
            for check in chosen
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for check in chosen:
        click.echo(f"{check.level:6}  {check.id}")
    click.echo(f"{len(chosen)} checks", err=True)


@click.command()
@click.option("--operation", metavar="NAME", help="Only facts of this operation.")
@click.option(
    "--direction", type=click.Choice(["input", "output", "error", "paginator"]), help="Only facts of this direction."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of that list, and stop.")
@contract
def facts(
    operation: str | None,
    direction: str | None,
    as_json: bool,  # noqa: FBT001 - click passes flags so
    print_schema: bool,  # noqa: FBT001 - as above
    contract: str | None,
) -> None:
    """List the facts of the contract with their citations."""
    if print_schema:
        from conformance.cli.schemas import FACTS  # noqa: PLC0415 - only this branch needs it

        click.echo(json.dumps(FACTS, indent=2))
        return
    loaded = contract_in(contract)
    if operation is not None and operation not in loaded.operations:
        raise click.BadParameter(f"choose one of: {', '.join(loaded.operations)}", param_hint="--operation")
    chosen = [
        fact for fact in loaded.facts
        if operation in (None, fact.operation) and direction in (None, fact.direction)
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps([fact.to_json() for fact in chosen], indent=1, ensure_ascii=False))
        return
    for fact in chosen:
        value = ", ".join(map(str, fact.value)) if isinstance(fact.value, tuple | list) else fact.value
        places = ", ".join(f"{source.id}:{source.line}" if source.line else source.id for source in fact.sources)
        click.echo(f"{fact.level:6}  {fact.id} = {value}  [{places}]")
    click.echo(f"{len(chosen)} facts", err=True)
