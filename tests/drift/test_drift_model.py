"""Service models: each way in which a newer one can differ is reported, and nothing else is."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest

from conformance.contract.loading import load
from conformance.documents.claims import ModelError
from conformance.documents.findings import Drift
from conformance.documents.model_drift import against_model
from conformance.documents.service_model import ModelSource, in_file, in_folder, installed
from conformance.drafting.contracts import draft
from conformance.drafting.folder import write
from conformance.drafting.sources import draft_sources
from drift.comparing import line
from drift.writing import DESCRIBE, LIST, contract

SUMMARY = "HyperParameterTrainingJobSummary"

Model = dict[str, Any]


@cache
def source() -> ModelSource:
    return installed("sagemaker")


@cache
def before() -> frozenset[str]:
    """Return what differs already where another botocore is installed than the contract knows."""
    return frozenset(line(item) for item in against_model(contract(), source()).findings)


def drift_of(edit: Callable[[Model, Model], object]) -> Drift:
    model = copy.deepcopy(source().model)
    edit(model["shapes"], model)
    return against_model(contract(), ModelSource(model, source().paginators or {}, "9.9.9", "service-2.json"))


def news(edit: Callable[[Model, Model], object]) -> list[str]:
    return [line(item) for item in drift_of(edit).findings if line(item) not in before()]


def test_every_difference_is_one_finding_with_all_facts_that_it_concerns() -> None:
    def edit(shapes: Model, _: Model) -> None:
        shapes["TrainingJobStatus"]["enum"].append("Lost")

    found = [item for item in drift_of(edit).findings if item.added == ("Lost",)]
    assert [item.path.rpartition(".")[2] for item in found] == ["TrainingJobStatus", "StatusEquals"]
    finding = found[0]
    facts = {fact for fact in finding.facts if "/output/" in fact}
    assert f"{LIST}/output/TrainingJobSummaries[].TrainingJobStatus/enum" in facts
    assert f"{DESCRIBE}/output/BestTrainingJob.TrainingJobStatus/enum/modelled" in facts
    for fact in finding.facts:
        assert contract().fact(fact)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            lambda shapes, _: shapes[SUMMARY]["members"].update(Colour={"shape": "String256"}),
            "new output/BestTrainingJob.Colour/present/modelled",
        ),
        (
            lambda shapes, _: shapes[SUMMARY]["members"].pop("TuningJobName"),
            "removed output/BestTrainingJob.TuningJobName/present",
        ),
        (
            lambda shapes, _: shapes["MaxResults"].update(max=500),
            "changed input/MaxResults/maximum 100 -> 500",
        ),
        (
            lambda shapes, _: shapes["NextToken"].pop("max"),
            "removed input/NextToken/max_length 8192 -> None",
        ),
        (
            lambda shapes, _: shapes["NextToken"].update(pattern="[a-z]*"),
            "changed input/NextToken/pattern .* -> [a-z]*",
        ),
        (
            lambda shapes, _: shapes["SortOrder"].update(enum=["Ascending"]),
            "changed input/SortOrder/enum -Descending",
        ),
        (
            lambda shapes, _: shapes[f"{LIST}Request"]["required"].append("SortBy"),
            "changed input/SortBy/required False -> True",
        ),
        (
            lambda shapes, _: shapes[f"{LIST}Request"].pop("required"),
            "removed input/HyperParameterTuningJobName/required True -> None",
        ),
        (
            lambda shapes, _: shapes[f"{LIST}Request"]["members"].update(Colour={"shape": "String256"}),
            "new input/Colour/present/modelled",
        ),
        (
            lambda shapes, _: shapes[f"{LIST}Response"]["members"].update(NextToken={"shape": "MaxResults"}),
            "changed output/NextToken/type string -> integer",
        ),
        (
            lambda _, model: model["operations"][LIST]["errors"].append({"shape": "ResourceInUse"}),
            "new error/ResourceInUse/present",
        ),
        (
            lambda _, model: model["operations"][LIST].update(errors=[]),
            "removed error/ResourceNotFound/present",
        ),
        (lambda _, model: model["metadata"].update(jsonVersion="1.2"), "changed json_version 1.1 -> 1.2"),
    ],
)
def test_an_edit_of_the_model_is_reported(edit: Callable[[Model, Model], object], expected: str) -> None:
    found = news(edit)
    assert expected in found
    # A shape that is used in several places may break other facts of the same member, never those of another.
    assert {member_of(item) for item in found} == {member_of(expected)}


def member_of(finding: str) -> str:
    """Return the name of the member, error or setting that a finding is about, out of its line."""
    first, *path = finding.split()[1].split("/")
    return (path[0] if path else first).rpartition(".")[2]


def test_an_operation_that_went_is_reported() -> None:
    def edit(_: Model, model: Model) -> None:
        del model["operations"][LIST]

    (finding,) = (item for item in drift_of(edit).findings if item.facet == "operation")
    assert (finding.kind, finding.facts) == ("removed", (LIST,))


@pytest.mark.parametrize(
    "edit",
    [
        lambda shapes, _: shapes.update(TrainingJobEarlyStoppingType={}),
        lambda shapes, _: shapes["StoppingCondition"].update(members=None),
        lambda shapes, _: shapes["ParentHyperParameterTuningJobs"].update(member={"shape": ["x"]}),
        lambda shapes, _: shapes["MetricRegex"].update(pattern=5),
        lambda shapes, _: shapes.pop("DescribeHyperParameterTuningJobRequest"),
        lambda _, model: model["operations"][DESCRIBE].update(errors=[{"shape": {}}]),
    ],
    ids=["no-type", "no-members", "no-name", "no-pattern", "no-shape", "no-error"],
)
def test_a_model_that_is_none_inside_is_reported(edit: Callable[[Model, Model], object]) -> None:
    with pytest.raises(ModelError, match=f"the model breaks off below {DESCRIBE}") as received:
        drift_of(edit)
    assert received.value.where == "service-2.json"


def test_pages_are_compared_where_paginators_come_with_the_model() -> None:
    paginators = copy.deepcopy(source().paginators or {})
    paginators["pagination"][LIST]["result_key"] = "Jobs"
    drift = against_model(contract(), ModelSource(source().model, paginators, "", "there"))
    assert "changed paginator//result_key TrainingJobSummaries -> Jobs" in [line(item) for item in drift.findings]
    del paginators["pagination"][LIST]
    drift = against_model(contract(), ModelSource(source().model, paginators, "", "there"))
    assert any(item.facet == "pagination" and item.kind == "removed" for item in drift.findings)
    alone = against_model(contract(), ModelSource(source().model, None, "", "there"))
    assert any("no paginators" in note for note in alone.notes)


def test_a_pattern_that_matches_the_same_strings_is_no_drift() -> None:
    def edit(shapes: Model, _: Model) -> None:
        shapes["NextToken"]["pattern"] = "^.*$"

    assert news(edit) == []
    assert any(item.theirs == "^.*$" for item in drift_of(edit).known)


def test_a_new_structure_that_holds_itself_is_reported_once() -> None:
    def edit(shapes: Model, _: Model) -> None:
        shapes["Tree"] = {"type": "structure", "members": {"Below": {"shape": "Trees"}, "Name": {"shape": "String256"}}}
        shapes["Trees"] = {"type": "list", "member": {"shape": "Tree"}}
        shapes[SUMMARY]["members"]["Tree"] = {"shape": "Tree"}

    found = [item for item in drift_of(edit).findings if item.path.endswith("Tree")]
    assert [line(item) for item in found] == ["new output/BestTrainingJob.Tree/present/modelled"]
    assert found[0].detail == "a structure, with 3 paths below it"


# -- where a model comes from


def folder_of(root: Path, version: str, *, packed: bool = False) -> Path:
    data = root / "botocore" / "data" / "sagemaker" / "2017-07-24"
    data.mkdir(parents=True)
    (root / "botocore" / "__init__.py").write_text(f"__version__ = '{version}'\n")
    text = json.dumps(source().model).encode()
    name = "service-2.json.gz" if packed else "service-2.json"
    (data / name).write_bytes(gzip.compress(text, 1) if packed else text)
    return data


@pytest.mark.parametrize("packed", [False, True])
def test_any_folder_above_the_model_will_do_and_the_package_tells_its_version(packed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - pytest passes it so
    data = folder_of(tmp_path, "1.2.3", packed=packed)
    for folder in (data, *list(data.parents)[:4]):
        found = in_folder(folder, "sagemaker")
        assert found.version == "1.2.3"
        assert found.api_version == "2017-07-24"
        assert found.paginators is None


def test_the_installed_model_is_that_of_the_installed_botocore() -> None:
    assert source().version == botocore.__version__
    assert source().paginators is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "no service model"),
        (b'{"metadata": {}}', "no service model"),
        (b"[" * 100_000, "deeper"),
        (b"\xff", "not JSON"),
    ],
)
def test_what_is_no_model_is_an_error(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "service-2.json"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=re.escape(words)) as error:
        in_file(file)
    assert str(file) in error.value.where


def test_a_file_or_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.json.gz").write_bytes(b"not packed")
    for name in ("none.json", "broken.json.gz"):
        with pytest.raises(ModelError, match="can't be read"):
            in_file(tmp_path / name)
    with pytest.raises(ModelError, match="no model of sagemaker"):
        in_folder(tmp_path, "sagemaker")
    with pytest.raises(ModelError, match="no such folder"):
        in_folder(tmp_path / "none", "sagemaker")


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "PutItem"), ("logs", "PutLogEvents"), ("cognito-idp", "ListUserPools")]
)
def test_a_contract_that_was_drafted_from_the_model_is_no_drift(service: str, operation: str, tmp_path: Path) -> None:
    """Shapes that hold themselves, long numbers and listings are written as the model has them."""
    sources, names = draft_sources(service, installed(service), [operation], ())
    write(tmp_path, draft(sources, names))
    assert against_model(load(tmp_path), installed(service)).findings == ()
