"""Checks of what the AWS CLI takes: options that become members of a request, and JSON that they win over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.catalogue.cli_calls import Row, Scene
from conformance.catalogue.cli_steps import GENERATE, INPUT_JSON, Steps
from conformance.laws import command_line as laws
from conformance.laws.listing import Reader
from conformance.laws.verdict import Verdict

_WINS, _JSON = "cli-options-win", "cli-json-input"

LAWS = frozenset({_WINS, _JSON})
"""The names by which behaviours call for these checks."""


def option_rows(steps: Steps) -> Iterator[Row]:
    """Give the checks of the options that a request is made of."""
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
        lambda scene: laws.leaves_out(scene.ran("plain"), optional),
        (*(f"input/{name}/required" for name in optional), *defaults, *own),
    )
    required = (f"input/{steps.operation.subject}/required",)
    yield Row("name-left-out", "the name must be given: without it nothing is sent", ("nameless",),
              lambda scene: laws.refuses_unsent(scene.ran("nameless")), required)  # fmt: skip
    yield Row("no-number", "a number that is none is refused before anything is sent", ("no-number",),
              lambda scene: laws.refuses_unsent(scene.ran("no-number")),
              cites=(f"input/{steps.limit}/type",), should=True)  # fmt: skip
    yield Row("unknown-option", "an option that there is not is refused before anything is sent",
              ("unknown-option",), lambda scene: laws.refuses_unsent(scene.ran("unknown-option")),
              cites=tuple(f"input/{name}/present" for name in members), should=True)  # fmt: skip
    for step, words, facets in (
        ("refused-word", "a word that no list has", tuple(f"input/{name}/enum" for name in steps.words(0))),
        ("refused-name", "a name that is too long", (f"input/{steps.operation.subject}/max_length",)),
    ):
        yield Row(step, f"{words} is no answer: the command tells what the service says of it", (step,),
                  partial(_tells, step), cites=facets, should=True)  # fmt: skip


def _passing(steps: Steps, name: str) -> tuple[str, ...]:
    """Give the steps that have an option for a member."""
    if name == steps.pagination.input_token:
        return ("second-page",)
    if name == steps.operation.subject:
        return ("plain", "unknown-name", "first-page", "refused-name")
    if name == steps.limit:
        return ("first-page", "unknown-name", "refused-name")
    filters = Reader.of(steps.operation).spec.filters
    return ("unknown-name", "refused-name", "json-file", *(() if name in filters else ("no-paginate",)))


def _passes(steps: Steps, name: str, scene: Scene) -> Verdict:
    asked = {
        "plain": lambda: steps.plain(scene),
        "unknown-name": lambda: steps.unknown(scene),
        "first-page": lambda: steps.first_page(scene),
        "second-page": lambda: steps.second_page(scene),
        "refused-name": steps.refused_name,
        "no-paginate": lambda: steps.not_paginated(scene),
        "json-file": steps.beside_a_file,
    }
    return laws.carries((scene.ran(step), {name: asked[step]()[name]}) for step in _passing(steps, name))


def json_rows(steps: Steps) -> Iterator[Row]:
    """Give the checks of JSON input, and of what wins over it."""
    json_facts = (f"input/{INPUT_JSON}/present", f"input/{INPUT_JSON}/type")
    yield Row(
        "input-json",
        f"the skeleton, filled in, is the input: {INPUT_JSON} sends every member as it stands there",
        ("skeleton", "json"),
        lambda scene: laws.carries([(scene.ran("json"), steps.filled(scene))]),
        json_facts,
        (_JSON,),
    )
    yield Row(
        "input-json-file",
        f"{INPUT_JSON} takes the JSON from a file, too, and options beside it are sent as well",
        ("json-file",),
        lambda scene: laws.carries([(scene.ran("json-file"), steps.in_a_file(scene) | steps.beside_a_file())]),
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
    return laws.carries([(scene.ran("options-and-json"), {name: steps.overruling(scene)[name]})])


def _tells(step: str, scene: Scene) -> Verdict:
    return laws.tells(scene.ran(step))
