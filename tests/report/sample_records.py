"""Records to render: small ones that show every kind of result, and one with many findings."""

from __future__ import annotations

from dataclasses import replace

from conformance.report.result import (
    Because,
    Exchange,
    Fault,
    Level,
    Outcome,
    Request,
    Response,
    Result,
    bare_result,
    sort_results,
)
from conformance.report.run import (
    Contract,
    Facts,
    Footer,
    Gate,
    GateFinding,
    Header,
    Record,
    Shard,
    Target,
    Tool,
    Wrong,
)

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
REPRODUCE = (
    "curl -sS -X POST http://127.0.0.1:5001/ -H 'Content-Type: application/x-amz-json-1.1' "
    "-H 'X-Amz-Target: SageMaker.ListTrainingJobsForHyperParameterTuningJob' "
    """-d '{"HyperParameterTuningJobName":"tuning-job-57","MaxResults":101}'"""
)
HOSTILE = "<script>alert('x')</script> | `code` \x1b[31mred\x00 \u202egnp ![](http://evil.test/x.png) ]]> \ud800"

HEADER = Header(
    Tool("conformance", "0.1.0"),
    Contract("9f2c4be1a7d05566" * 4, ("cli", "api-list", "api-describe", "boto3-list", "boto3-describe"), 1340),
    Target("moto", "server", "http://127.0.0.1:5001", "create"),
    "2026-01-02T03:04:05Z",
    9,
)
FOOTER = Footer(
    4.25,
    complete=True,
    facts=Facts(1340, 1338, (f"{DESCRIBE}/output/A.B/type", f"{LIST}/output/C[]/enum")),
    unknown_members=(),
    stopped="",
)


def exchange(body: str = '{"TrainingJobSummaries":[]}', status: int = 200) -> Exchange:
    """Return one exchange with this answer."""
    sent = Request("POST", "http://127.0.0.1:5001/", {"X-Amz-Target": f"SageMaker.{LIST}"}, '{"MaxResults":101}')
    return Exchange(LIST, sent, Response(status, {"Content-Type": "application/x-amz-json-1.1"}, body, 0.0042), None)


def result(identity: str, outcome: Outcome = Outcome.PASSED, **members: object) -> Result:
    """Return a plain result with this id; members in the keywords replace its own."""
    plain = replace(
        bare_result(identity, Level.MUST, "documented", outcome),
        because=(Because("cli", 100),),
        statement="A claim in words",
    )
    return replace(plain, **members)  # type: ignore[arg-type]


PASSED = result(f"{LIST}/pagination/MaxResults/7", rests_on={"pages": 9, "items": 57}, duration_s=0.031)
NOTED = result(f"{DESCRIBE}/response/Status/enum", notes=("The value Deleting is newer than the documents",))
FAILED = result(
    f"{LIST}/request/MaxResults/above-maximum",
    Outcome.FAILED,
    kind="accepted",
    reason="a request that must be rejected was accepted",
    expected="HTTP 400 with ValidationException or SerializationException",
    received="HTTP 200 with 57 training jobs",
    statement="A page holds at most 100 training jobs",
    because=(Because("api-list", 24), Because("boto3-list", 61)),
    exchanges=(exchange(),),
    reproduce=REPRODUCE,
    rests_on={"answers": 1},
)
SORTED_WRONGLY = result(
    f"{LIST}/order/CreationTime/descending",
    Outcome.FAILED,
    kind="order",
    reason="3 of 56 pairs break this",
    expected="each training job was created no later than the one before it",
    received="job-0003 (2018-06-27T10:00:00Z) before job-0004 (2018-06-27T10:05:00Z)",
    because=(Because("cli", 88),),
    exchanges=(exchange(), exchange()),
    reproduce=REPRODUCE.replace("MaxResults", "SortBy").replace("101", '"CreationTime"'),
    rests_on={"pairs": 56},
)
HOSTILE_ONE = result(
    f"{DESCRIBE}/response/HyperParameterTuningJobArn/type",
    Outcome.FAILED,
    kind="type",
    reason="1 of 1 answers break this",
    expected="a string",
    received=HOSTILE,
    exchanges=(exchange(HOSTILE, 500),),
    reproduce=f"curl -sS http://127.0.0.1:5001/ -d '{HOSTILE}'",
)
BROKE = result(
    f"{DESCRIBE}/protocol/body/deeply-nested",
    Outcome.ERROR,
    kind="timeout",
    reason="no answer within 10 s",
    expected="an answer",
    received="no answer within 10 s",
    because=(),
    basis="protocol",
    exchanges=(replace(exchange(), response=None, fault=Fault("timeout", "read timed out after 10 s")),),
)
RECOMMENDED = result(
    f"{DESCRIBE}/error/unknown-job/message",
    Outcome.FAILED,
    level=Level.SHOULD,
    basis="observed",
    kind="message",
    reason="the error has no message",
    expected="a message",
    received='{"__type":"ResourceNotFound"}',
    statement="An error answer explains itself",
    because=(Because("observations", None),),
)
KNOWN = replace(FAILED, id=f"{LIST}/request/MaxResults/below-minimum", known=True)
SKIPPED = result(
    f"{LIST}/filter/StatusEquals/Stopping", Outcome.SKIPPED, reason="no training job has the status Stopping"
)


STALE = Gate(
    "known.yaml", "2026-01-02", 1,
    (GateFinding(Wrong.STALE, "a/b/c", "known.yaml:2", "it passes", "delete it"),),
    ("known.yaml:9: */order/*",),
)  # fmt: skip
"""Known failures of which one is out of date, and another was not put to the test."""


def record(*results: Result, footer: Footer | None = FOOTER) -> Record:
    """Return a record of these results."""
    return Record(replace(HEADER, planned=len(results)), sort_results(results), footer)


def narrowed(run: Record, checks: int = 2339) -> Record:
    """Return a record of a run that selected its checks among so many."""
    return replace(run, header=replace(run.header, contract=replace(HEADER.contract, checks=checks)))


def shard(run: Record, checks: int = 9) -> Record:
    """Return a record as one of three parts of a run that has so many checks."""
    return replace(run, header=replace(run.header, shard=Shard(1, 3, checks, "0" * 64)))


UNANSWERED = replace(FOOTER, answered=(DESCRIBE,))
"""The end of a run in which List was not answered with content."""

EVERY_KIND = record(
    PASSED, NOTED, FAILED, SORTED_WRONGLY, HOSTILE_ONE, BROKE, RECOMMENDED, KNOWN, SKIPPED,
    footer=replace(FOOTER, unknown_members=(f"{DESCRIBE}: TuningJobFlavour",)),
)  # fmt: skip
CONFORMING = record(PASSED, NOTED, SKIPPED)


def many(findings: int, passed: int = 700) -> Record:
    """Return a record with this many failures, half of them of one cause and each other of its own, and some passes."""
    alike = [replace(FAILED, id=f"{LIST}/request/Member{index % 12}/case-{index:03}") for index in range(findings // 2)]
    others = [
        replace(
            SORTED_WRONGLY, id=f"{LIST}/consistency/Key{index:03}/descending", area="consistency",
            reason=f"{index} of 400 pairs break this", statement=f"Claim {index} in words",
        )
        for index in range(findings - len(alike))
    ]  # fmt: skip
    good = [result(f"{DESCRIBE}/response/Path{index:03}/type", rests_on={"answers": 4}) for index in range(passed)]
    return record(*alike, *others, *good, SKIPPED)
