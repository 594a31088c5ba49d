"""The modelled facts against the service model itself, both ways, for the version that the contract names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore
import botocore.session
import pytest

from conformance.contract import Contract, Node, load

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = {"long": "integer", "double": "float"}
_BOUNDS = {"integer": ("minimum", "maximum"), "float": ("minimum", "maximum")}
_LENGTHS = ("min_length", "max_length")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def service(contract: Contract) -> Any:
    version = contract.sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the contract has the model of botocore {version}, installed is {botocore.__version__}")
    return botocore.session.get_session().get_service_model(contract.service.service)


def test_the_service_is_spoken_to_as_the_model_says(contract: Contract, service: Any) -> None:
    assert contract.service.protocol == service.metadata["protocol"]
    assert contract.service.json_version == service.metadata["jsonVersion"]
    assert contract.service.target_prefix == service.metadata["targetPrefix"]
    assert contract.service.signing_name == service.signing_name
    assert contract.service.api_version == service.api_version == contract.sources["botocore"].api_version


@pytest.mark.parametrize("direction", ["input", "output"])
def test_documents_and_model_together_say_all_that_the_model_says(
    contract: Contract, service: Any, direction: str
) -> None:
    for name, operation in contract.operations.items():
        shape = getattr(service.operation_model(name), f"{direction}_shape")
        faults = list(_differences(getattr(operation, direction), shape, required=False))
        assert not faults, "\n".join(faults)


def test_errors_are_those_of_the_model(contract: Contract, service: Any) -> None:
    for name, operation in contract.operations.items():
        assert set(operation.errors) == {shape.name for shape in service.operation_model(name).error_shapes}


def _differences(node: Node, shape: Any, *, required: bool) -> Iterator[str]:
    """Go down both trees; an older enum value or a looser limit in the documents is a difference to be written down."""
    said = {**node.documented, **node.modelled}
    modelled = _facets(node, shape, required=required)
    if node.type != _TYPES.get(shape.type_name, shape.type_name):
        yield f"{node.path}: contract {node.type}, model {shape.type_name}"
    for facet, value in modelled.items():
        if said.get(facet) != value:
            yield f"{node.path}: {facet} is {said.get(facet)!r} in the contract, {value!r} in the model"
    for facet, value in node.modelled.items():
        if modelled.get(facet) != value:
            yield f"{node.path}: {facet} {value!r} is not in the model"
    if shape.type_name == "structure":
        yield from (f"{node.path}: {name} is on one side only" for name in node.members.keys() ^ shape.members.keys())
        for name in node.members.keys() & shape.members.keys():
            yield from _differences(node.members[name], shape.members[name], required=name in shape.required_members)
    for child, part in ((node.element, "member"), (node.key, "key"), (node.value, "value")):
        if child is not None:
            yield from _differences(child, getattr(shape, part), required=False)


def _facets(node: Node, shape: Any, *, required: bool) -> dict[str, Any]:
    """Give the facets of a shape of the model; a least length of nothing counts only against a documented one."""
    low, high = _BOUNDS.get(node.type, _LENGTHS)
    traits = shape.metadata
    found = {low: traits.get("min"), high: traits.get("max"), "pattern": traits.get("pattern")}
    found["enum"] = tuple(shape.enum) if getattr(shape, "enum", None) else None
    found["required"] = required or None
    if found.get("min_length") == 0 and "min_length" not in node.documented:
        found["min_length"] = None
    return {facet: value for facet, value in found.items() if value is not None}
