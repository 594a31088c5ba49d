"""The inputs of the operations that are served, as node trees.

Two of the operations have theirs in the contract. The others are put together from the same nodes: what can be created
is what Describe tells, and a tuning job is named in the same way everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract import Contract, Node

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST_TRAINING_JOBS = "ListTrainingJobsForHyperParameterTuningJob"
CREATE = "CreateHyperParameterTuningJob"
STOP = "StopHyperParameterTuningJob"
DELETE = "DeleteHyperParameterTuningJob"
LIST_TUNING_JOBS = "ListHyperParameterTuningJobs"
DESCRIBE_TRAINING_JOB = "DescribeTrainingJob"
LIST_TAGS = "ListTags"

IN_CONTRACT = frozenset({DESCRIBE, LIST_TRAINING_JOBS})
"""The operations whose inputs, and with them those of all others, are taken from the contract."""

_CREATED = (
    "HyperParameterTuningJobConfig",
    "TrainingJobDefinition",
    "TrainingJobDefinitions",
    "WarmStartConfig",
    "Autotune",
)


def inputs(contract: Contract) -> dict[str, Node]:
    """Give the input of each served operation, by the operation's name."""
    by_name = contract.operations[DESCRIBE].input
    return {
        DESCRIBE: by_name,
        LIST_TRAINING_JOBS: contract.operations[LIST_TRAINING_JOBS].input,
        CREATE: _create(contract),
        STOP: by_name,
        DELETE: by_name,
        LIST_TUNING_JOBS: _list_tuning_jobs(contract),
        DESCRIBE_TRAINING_JOB: _describe_training_job(contract),
        LIST_TAGS: _list_tags(contract),
    }


def _create(contract: Contract) -> Node:
    described = contract.operations[DESCRIBE]
    members = dict(described.input.members)
    members.update((name, described.output.members[name]) for name in _CREATED)
    text = _bare(next(iter(members.values())), {})
    tag = replace(
        described.input,
        members={
            "Key": _bare(text, {"required": True, "min_length": 1, "max_length": 128}),
            "Value": _bare(text, {"required": True, "max_length": 256}),
        },
    )
    members["Tags"] = replace(_bare(text, {"max_length": 50}), type="list", element=tag)
    return replace(described.input, members=members)


def _list_tuning_jobs(contract: Contract) -> Node:
    listed = contract.operations[LIST_TRAINING_JOBS].input.members
    told = contract.operations[DESCRIBE].output.members
    moment = _bare(told["CreationTime"], {})
    status = told["HyperParameterTuningJobStatus"]
    members = {
        "NextToken": listed["NextToken"],
        "MaxResults": listed["MaxResults"],
        "SortBy": _choice(listed["SortBy"], ("Name", "Status", "CreationTime")),
        "SortOrder": listed["SortOrder"],
        "NameContains": _bare(listed["NextToken"], {"max_length": 63, "pattern": r"[a-zA-Z0-9\-]+"}),
        "CreationTimeAfter": moment,
        "CreationTimeBefore": moment,
        "LastModifiedTimeAfter": moment,
        "LastModifiedTimeBefore": moment,
        "StatusEquals": _choice(status, status.accepted_values() or ()),
    }
    return replace(contract.operations[DESCRIBE].input, members=members)


def _describe_training_job(contract: Contract) -> Node:
    listed = contract.operations[LIST_TRAINING_JOBS].output.members["TrainingJobSummaries"].element
    if listed is None:
        raise ValueError(f"{LIST_TRAINING_JOBS} lists nothing")
    name = replace(listed.members["TrainingJobName"], path="TrainingJobName")
    return replace(contract.operations[DESCRIBE].input, members={"TrainingJobName": name})


def _list_tags(contract: Contract) -> Node:
    listed = contract.operations[LIST_TRAINING_JOBS].input.members
    arn = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:.+"
    members = {
        "ResourceArn": _bare(listed["NextToken"], {"required": True, "max_length": 256, "pattern": arn}),
        "NextToken": listed["NextToken"],
        "MaxResults": _bare(listed["MaxResults"], {"minimum": 50}),
    }
    return replace(contract.operations[DESCRIBE].input, members=members)


def _choice(node: Node, values: tuple[str, ...]) -> Node:
    bare = _bare(node, {})
    default = {facet: node.documented[facet] for facet in ("default",) if facet in node.documented}
    return replace(bare, documented=default, editions=values)


def _bare(node: Node, facets: Mapping[str, Any]) -> Node:
    """Give the node with no facets but these, which the model alone states."""
    return replace(node, documented={}, modelled=facets, editions=None)
