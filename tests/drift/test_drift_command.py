"""`conformance drift` as a user runs it: words, exit codes, JSON."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import botocore
import jsonschema
import pytest
from cli.command import Ended, command, conformance, python, ran
from syrupy.assertion import SnapshotAssertion

from conformance.documents.service_model import installed
from drift.writing import contract, written


def drift(*arguments: str | Path, cwd: Path) -> Ended:
    return conformance("drift", *arguments, cwd=cwd)


def masked(text: str) -> str:
    return re.sub(r"(contract +)[0-9a-f]{12}, [\d,]+ facts", r"\1DIGEST, N facts", text)


def as_the_contract_knows_it() -> None:
    version = contract().sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the contract has the model of botocore {version}, installed is {botocore.__version__}")


def newer(folder: Path) -> Path:
    """Write a model as a later botocore might have it."""
    model = copy.deepcopy(installed("sagemaker").model)
    shapes = model["shapes"]
    shapes["TrainingJobStatus"]["enum"].append("Lost")
    shapes["MaxResults"]["max"] = 500
    shapes["HyperParameterTrainingJobSummary"]["members"]["Colour"] = {"shape": "String256"}
    del shapes["HyperParameterTuningJobConfig"]["members"]["RandomSeed"]
    file = folder / "service-2.json"
    file.write_text(json.dumps(model))
    return file


def edited(folder: Path) -> str:
    text = written("api-list").replace("value of 100", "value of 250").replace("| Stopped\n", "| Stopped | Archived\n")
    text = text.replace("Required: Yes", "Charset Constraints: plain\nRequired: Yes")
    (folder / "page.txt").write_text(text)
    return "page.txt"


def test_the_installed_model(tmp_path: Path) -> None:
    as_the_contract_knows_it()
    ended = drift("--fail-on", "any", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("No drift\n")
    assert f"botocore {botocore.__version__}, API 2017-07-24" in ended.out


def test_a_newer_model(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    as_the_contract_knows_it()
    newer(tmp_path)
    ended = drift("--model", "service-2.json", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert masked(ended.out) == snapshot


def test_an_edited_page(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = drift("--document", edited(tmp_path), cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert masked(ended.out) == snapshot


def test_what_is_to_fail_fails(tmp_path: Path) -> None:
    page = edited(tmp_path)
    codes = {
        kinds: drift("--document", page, *(f"--fail-on={kind}" for kind in kinds), cwd=tmp_path).code
        for kinds in ((), ("new",), ("removed,new",), ("changed",), ("new", "changed"), ("any",))
    }
    assert codes == {(): 0, ("new",): 0, ("removed,new",): 0, ("changed",): 1, ("new", "changed"): 1, ("any",): 1}


def test_known_disagreements_never_fail(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(written("cli"))
    ended = drift("--document", "page.txt", "--fail-on", "any", cwd=tmp_path)
    assert ended.code == 0
    assert "Known already" in ended.out


@pytest.mark.slow
def test_a_page_from_standard_input(tmp_path: Path) -> None:
    ended = ran(command("drift", "--document", "-"), cwd=tmp_path, send=written("boto3-paginator").encode())
    assert (ended.code, ended.err) == (0, "")
    assert "standard input" in ended.out


def test_json_keeps_its_schema(tmp_path: Path) -> None:
    schema = json.loads(drift("--schema", cwd=tmp_path).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    newer(tmp_path)
    for arguments in (("--document", edited(tmp_path)), ("--model", "service-2.json")):
        ended = drift(*arguments, "--json", cwd=tmp_path)
        found = json.loads(ended.out)
        jsonschema.validate(found, schema)
        assert ended.code == 0
        assert len(found["findings"]) == sum(found["summary"][kind] for kind in ("new", "removed", "changed"))
        assert found["findings"]


def test_style_and_operation_can_be_named(tmp_path: Path) -> None:
    text = written("cli").replace("list-training-jobs-for-hyper-parameter-tuning-job", "a-command")
    (tmp_path / "page.txt").write_text(text)
    lost = drift("--document", "page.txt", cwd=tmp_path)
    assert lost.code == 2
    assert "names no operation" in lost.told_without_traceback()
    received = ("--style", "cli-page", "--operation", "list_training_jobs_for_hyper_parameter_tuning_job")
    assert drift("--document", "page.txt", *received, cwd=tmp_path).code == 0
    wrong = drift("--document", "page.txt", "--style", "boto3-page-text", *received[2:], cwd=tmp_path)
    assert wrong.code == 2
    assert "the page has no heading 'Request Syntax'" in wrong.told_without_traceback()


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Hello.\n")
    (tmp_path / "latin.txt").write_bytes("a\nb\xe9\n".encode("latin-1"))
    for arguments, words in (
        (("--document", "other.txt"), "in no style that is known"),
        (("--document", "none.txt"), "No such file"),
        (("--document", "latin.txt"), "latin.txt:2"),
        (("--document", "other.txt", "--model", "x"), "two things"),
        (("--style", "cli-page"), "there is none"),
        (("--fail-on", "all"), "not 'all'"),
        (("--botocore-data", "."), "no model of sagemaker"),
        (("--document", "other.txt", "--style", "cli-page", "--operation", "DescribeNothing"), "there is no operation"),
    ):
        ended = drift(*arguments, cwd=tmp_path)
        assert ended.code == 2, arguments
        assert words in ended.told_without_traceback()


@pytest.mark.slow
def test_a_run_pays_nothing_for_it(tmp_path: Path) -> None:
    code = (
        "import sys, conformance.cli.run, conformance.suite.plan; "
        "idle = ('conformance.documents', 'conformance.suite.validate'); "
        "print([name for name in sys.modules if name.startswith(idle)])"
    )
    assert python(code, cwd=tmp_path) == Ended(0, "[]\n", "")
