"""What drafts read and infer of the pages of installed services."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.model import Citation
from conformance.documents.claims import PageError
from conformance.documents.model_drift import against_model
from conformance.documents.prose import alternatives
from conformance.documents.service_model import installed
from conformance.suite.catalogue import catalogue
from drafting.drafted import of_installed


def test_the_errors_of_a_page_are_cited_and_those_of_unknown_names_stay_inferred(tmp_path: Path) -> None:
    contract = of_installed(tmp_path, "secretsmanager", "CreateSecret")
    errors = contract.operations["CreateSecret"].errors
    assert {fact.basis for fact in contract.facts if fact.path in errors} == {"documented"}
    assert errors["ResourceNotFoundException"].level == "should"


def test_the_token_of_a_paginator_is_none_of_the_service(tmp_path: Path) -> None:
    of_installed(tmp_path / "made", "kms", "ListAliases")
    pages = [tmp_path / "made/pages" / name for name in ("list_aliases.rst", "list_aliases-paginator.rst")]
    listing = of_installed(tmp_path / "given", "kms", "ListAliases", pages=pages).operations["ListAliases"]
    assert {"NextMarker", "NextToken"} & listing.output.members.keys() == {"NextMarker"}


def test_an_argument_that_is_a_word_of_python_is_cited_by_the_name_on_the_page(tmp_path: Path) -> None:
    assert "from" in of_installed(tmp_path, "logs", "CreateExportTask").operations["CreateExportTask"].input.members


def test_pages_that_the_model_lacks_or_a_contract_cannot_express_are_no_drift(tmp_path: Path) -> None:
    for service, names in {
        "secretsmanager": ["ListSecretVersionIds"],  # no paginator
        "kinesis": ["DescribeStream", "ListStreams"],  # its list is inside a member; two lists
        "dynamodb": ["ListTagsOfResource", "Scan"],  # no limit; a list and two numbers
    }.items():
        drift = against_model(of_installed(tmp_path / service, service, *names), installed(service))
        assert drift.findings == ()


def test_alternatives_are_those_of_plain_sentences(tmp_path: Path) -> None:
    kinesis = of_installed(tmp_path / "kinesis", "kinesis", "DescribeStream", "ListShards", "ListStreams").operations
    stream = kinesis["DescribeStream"]
    assert [(group.members, group.exactly, group.level) for group in stream.either] == [
        (("StreamARN", "StreamName"), False, "must")
    ]
    assert (stream.subject, stream.names["StreamName"].operation) == ("StreamName", "ListStreams")
    assert kinesis["ListShards"].either == ()  # its token stands alone
    secrets = of_installed(tmp_path / "secrets", "secretsmanager", "CreateSecret", "PutSecretValue").operations
    assert [(group.members, group.exactly) for group in secrets["PutSecretValue"].either] == [
        (("SecretBinary", "SecretString"), True)
    ]
    assert secrets["CreateSecret"].either == ()  # "must have a value" is said of a member that may be left out
    logs = of_installed(tmp_path / "logs", "logs", "DescribeLogStreams", "DescribeLogGroups").operations
    assert [group.exactly for group in logs["DescribeLogStreams"].either] == [True]
    pack = of_installed(tmp_path / "config", "config", "PutOrganizationConformancePack").operations
    assert [group.exactly for group in pack["PutOrganizationConformancePack"].either] == [False]  # one is ignored


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("You must specify either ``A`` or ``B``, but not both.", "AB"),
        ("You must specify either this parameter or B.", "AB"),
        ("When you use another operation, you must specify either A or B.", ""),
        ("If you do so, you must specify either A or B.", ""),
        ("You must specify A and B.", ""),
        ("You must specify A or B if C is given.", ""),
        ("You can specify either A or B, but not both.", ""),
    ],
)
def test_a_sentence_with_a_condition_states_no_alternatives(text: str, names: str) -> None:
    assert alternatives(text, "Do", "A")[0] == tuple(names)


def test_filters_by_key_are_inferred_where_one_comparison_is_sure(tmp_path: Path) -> None:
    contract = of_installed(tmp_path / "secrets", "secretsmanager", "ListSecrets", "DescribeSecret")
    listing, names = contract.operations["ListSecrets"].listing, contract.operations["DescribeSecret"].names
    assert listing is not None
    assert listing.prefix["Filters[Key=name].Values[]"] == "Name"
    assert listing.prefix["Filters[Key=tag-value].Values[]"] == "Tags[].Value"
    assert not any("description" in path for path in listing.prefix)  # not case-sensitive
    assert names["SecretId"].paths == ("Name", "ARN")
    assert {check.level for check in catalogue(contract) if "Key=" in check.id} == {"should"}
    ssm = of_installed(tmp_path / "ssm", "ssm", "DescribeAutomationExecutions").operations
    narrowing = ssm["DescribeAutomationExecutions"].listing
    assert narrowing is not None
    assert narrowing.filters["Filters[Key=ExecutionStatus].Values[]"] == "AutomationExecutionStatus"
    assert narrowing.prefix == {"Filters[Key=DocumentNamePrefix].Values[]": "DocumentName"}


def test_a_policy_that_is_put_is_no_name(tmp_path: Path) -> None:
    put = of_installed(tmp_path, "secretsmanager", "PutResourcePolicy", "ListSecrets").operations["PutResourcePolicy"]
    assert put.subject == "SecretId"


def test_an_iterator_is_no_name_and_a_key_is_not_what_a_stream_lacks(tmp_path: Path) -> None:
    kinesis = of_installed(tmp_path / "kinesis", "kinesis", "GetRecords", "DescribeStreamSummary").operations
    assert kinesis["GetRecords"].not_found == {}
    assert list(kinesis["DescribeStreamSummary"].not_found) == ["ResourceNotFoundException"]
    ssm = of_installed(tmp_path / "ssm", "ssm", "GetParameterHistory").operations["GetParameterHistory"]
    assert list(ssm.not_found) == ["ParameterNotFound"]
    assert ssm.listing is None  # all versions have the one name


@pytest.mark.parametrize(
    ("operations", "member", "path"),
    [
        ("dynamodb DescribeTable ListBackups ListTables", "TableName", ""),
        ("ssm GetParameterHistory DescribeAvailablePatches DescribeParameters", "Name", "Name"),
        ("cognito-idp ListGroups ListResourceServers ListUserPools", "UserPoolId", "Id"),
    ],
)
def test_a_name_comes_from_the_listing_of_what_it_names(
    tmp_path: Path, operations: str, member: str, path: str
) -> None:
    service, asking, *listings = operations.split()
    names = of_installed(tmp_path, service, asking, *listings).operations[asking].names
    assert (names[member].operation, names[member].path) == (listings[-1], path)


OPERATION = """\
# AddTags<a name="API_AddTags"></a>

## Request Syntax<a name="API_AddTags_RequestSyntax"></a>

```
{"ResourceArn": "string", "Tags": [{"Key": "string"}]}
```

## Request Parameters<a name="API_AddTags_RequestParameters"></a>

 **[ResourceArn](#API_AddTags_RequestSyntax)**
The resource\\.
Type: String
Required: Yes

 **[Tags](#API_AddTags_RequestSyntax)**
The tags\\.
Type: Array of [Tag](API_Tag.md) objects
Required: Yes

## Response Elements<a name="API_AddTags_ResponseElements"></a>

If the action is successful, the service sends back an HTTP 200 response\\.
"""
TYPE = """\
# Tag<a name="API_Tag"></a>

## Contents<a name="API_Tag_Contents"></a>

 **Key**
The key\\.
Type: String
Length Constraints: Minimum length of 1\\. Maximum length of 128\\.
Required: Yes
"""


def test_members_of_a_type_are_cited_from_its_own_page(tmp_path: Path) -> None:
    pages = [tmp_path / "API_Tag.md", tmp_path / "API_AddTags.md"]
    for page, text in zip(pages, (TYPE, OPERATION), strict=True):
        page.write_text(text, encoding="utf-8")
    contract = of_installed(tmp_path, "sagemaker", "AddTags", pages=pages)
    assert contract.fact("AddTags/input/Tags[].Key/max_length").sources[:1] == (Citation("API_Tag", 8),)
    assert contract.fact("AddTags/input/Tags/required").sources[:1] == (Citation("API_AddTags", 19),)
    with pytest.raises(PageError, match="no page that is given names this type"):
        of_installed(tmp_path, "sagemaker", "StopTrainingJob", pages=pages[:1])
