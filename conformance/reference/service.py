"""The operations of the service, and the stages that they share, each a method of its own.

The order is that of the service: the body is parsed, the operation found, the JSON types looked at, the caller
recognised, the constraints checked, and only then is anything looked up.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.contract.loading import load
from conformance.reference.creation import check_creation
from conformance.reference.http import Answer, Call
from conformance.reference.inputs import (
    CREATE,
    DELETE,
    DESCRIBE,
    DESCRIBE_TRAINING_JOB,
    IN_CONTRACT,
    LIST_TAGS,
    LIST_TRAINING_JOBS,
    LIST_TUNING_JOBS,
    STOP,
    Rejection,
    check_input,
    inputs,
    internal_failure,
    not_found,
    read_members,
    read_object,
    unknown_operation,
)
from conformance.reference.listing import (
    TRAINING_JOB_KEYS,
    TUNING_JOB_KEYS,
    Page,
    PageTokens,
    in_order,
    offset_after,
    page_of,
    tuning_jobs_within,
    with_status,
)
from conformance.reference.rendering import Renderer, spans_parents
from conformance.reference.signatures import Signatures, region_of
from conformance.reference.state import State, missing
from conformance.wire.encoding import dump
from conformance.wire.signing import is_region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.contract.model import Contract
    from conformance.worlds.model import World, WorldJob, WorldTrainingJob


Members = dict[str, Any]

_LOG = logging.getLogger(__name__)
_OK = 200
_METHOD_NOT_ALLOWED = 405
_NOT_FOUND = 404


@lru_cache(maxsize=1)
def _shipped_contract() -> Contract:
    # Read once a process: it takes longer than everything else that a server does before it serves.
    return load()


_TOKEN_KEY = b"conformance reference server"
_PAGING = frozenset({"NextToken", "MaxResults"})
_KEYS = {LIST_TRAINING_JOBS: TRAINING_JOB_KEYS, LIST_TUNING_JOBS: TUNING_JOB_KEYS}


class _Region(NamedTuple):
    """What one region has to itself."""

    state: State
    renderer: Renderer


class Service:
    """Answers calls from the state that a world sets up. Calls may come from several threads at once.

    Every region that a request is signed for has the world to itself, and ARNs name that region.
    """

    def __init__(
        self,
        world: World,
        *,
        contract: Contract | None = None,
        credentials: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
        progress_every: int = 0,
    ) -> None:
        """Set up the state; with `credentials` (access key to secret key) every request has to be signed by one.

        Inputs are taken from the contract; for none, or one of other operations, from the contract that ships. `clock`
        returns epoch seconds. With `progress_every` N what is under way takes a step after every N calls; with 0 it
        stays as it is.
        """
        self.clock = clock
        whole = contract is not None and set(contract.operations) >= IN_CONTRACT
        self.contract = contract if contract is not None and whole else _shipped_contract()
        self.inputs = inputs(self.contract)
        self._signatures = Signatures(credentials, self.contract.service.signing_name, clock) if credentials else None
        self._numbers = itertools.count(1)
        self._world = world
        self._progress_every = progress_every
        self._regions: dict[str, _Region] = {}
        self._asked = threading.local()
        self._lock = threading.Lock()
        self.tokens = PageTokens(_TOKEN_KEY)
        self._performers: dict[str, Callable[[Members], Members]] = {
            DESCRIBE: self.describe,
            LIST_TRAINING_JOBS: self.list_training_jobs,
            CREATE: self.create,
            STOP: self.stop,
            DELETE: self.delete,
            LIST_TUNING_JOBS: self.list_tuning_jobs,
            DESCRIBE_TRAINING_JOB: self.describe_training_job,
            LIST_TAGS: self.list_tags,
        }

    @property
    def state(self) -> State:
        """The tuning jobs of the region that is asked."""
        return self._region.state

    @property
    def renderer(self) -> Renderer:
        """What writes answers of the region that is asked."""
        return self._region.renderer

    @property
    def _region(self) -> _Region:
        name = getattr(self._asked, "region", self._world.region)
        if name not in self._regions:
            with self._lock:
                state = State(self._world, self.clock, self._progress_every)
                self._regions.setdefault(name, _Region(state, Renderer(name, self._world.account)))
        return self._regions[name]

    # -- the stages

    def answer(self, call: Call) -> Answer:
        """Take a call through all stages; a fault of the server itself is an InternalFailure.

        It is answered in the region that it is signed for; in the world's own where that is no region.
        """
        region = region_of(call)
        # Only regions that exist: others would fill the memory.
        self._asked.region = region if is_region(region) else self._world.region
        self.state.count_call()
        try:
            self.admit(call)
            content = self.parse(call)
            name = self.dispatch(call)
            members = self.read(name, content)
            self.authenticate(call)
            self.validate(name, members)
            return self.succeed(self.perform(name, members))
        except Rejection as rejection:
            return self.reject(rejection)
        except Exception:  # noqa: BLE001 - whatever broke, the caller gets an answer and the log gets the reason
            _LOG.exception("the reference server broke on %s %s", call.method, call.target)
            return self.reject(internal_failure())

    def behind(self, call: Call) -> str:  # noqa: ARG002 - variants look at it
        """Return what becomes of the connection behind the answer to a call: empty, it carries the next one.

        A variant names the kind of fault that the next request meets.
        """
        return ""

    def admit(self, call: Call) -> None:
        """Reject what is not a POST to the root: the operation is in a header, never in the URL."""
        if call.method != "POST":
            raise unknown_operation(f"{call.method} is not supported: use POST", status=_METHOD_NOT_ALLOWED)
        if call.target.partition("?")[0] != "/":
            raise unknown_operation("there is nothing at this path: use /", status=_NOT_FOUND)

    def parse(self, call: Call) -> Members:
        """Parse the body, a JSON object."""
        return read_object(call.body)

    def dispatch(self, call: Call) -> str:
        """Find the operation that the target header names."""
        prefix, _, name = call.headers.get("x-amz-target", "").partition(".")
        if prefix != self.contract.service.target_prefix or name not in self.inputs:
            raise unknown_operation("")
        return name

    def read(self, name: str, content: Members) -> Members:
        """Take the members of the operation's input, each of the right JSON type."""
        members: Members = read_members(self.inputs[name], content)
        return members

    def authenticate(self, call: Call) -> None:
        """Check the signature, where keys are configured."""
        if self._signatures is not None:
            self._signatures.check(call)

    def validate(self, name: str, members: Members) -> None:
        """Check every constraint of the input."""
        check_input(self.inputs[name], members)

    def succeed(self, output: Members) -> Answer:
        """Write the answer of an operation."""
        return self.write(_OK, output)

    def reject(self, rejection: Rejection) -> Answer:
        """Write the answer to a request that is rejected."""
        return self.write(rejection.status, rejection.content())

    def write(self, status: int, content: Members) -> Answer:
        """Write an object as JSON, under a request id of its own."""
        number = next(self._numbers)
        request_id = f"{number:08x}-0000-4000-8000-{number:012x}"
        return Answer(status, dump(content), request_id, self.contract.service.content_type, self.clock())

    # -- the operations

    def perform(self, name: str, members: Members) -> Members:
        """Do what the operation does."""
        return self._performers[name](members)

    def describe(self, members: Members) -> Members:
        """Describe one tuning job."""
        job = self.lookup(members["HyperParameterTuningJobName"])
        return self.render_description(job, self.parents(job))

    def list_training_jobs(self, members: Members) -> Members:
        """List the training jobs of one tuning job."""
        query = self.complete(LIST_TRAINING_JOBS, members)
        job = self.lookup(query["HyperParameterTuningJobName"])
        listed = self.sort(self.filter(job.training_jobs, query), query)
        page = self.page(LIST_TRAINING_JOBS, query, listed)
        return self.render_page(LIST_TRAINING_JOBS, query, page, job)

    def complete(self, name: str, members: Members) -> Members:
        """Fill in the defaults of what was left out."""
        nodes = self.inputs[name].members
        defaults = {member: node.effective("default") for member, node in nodes.items()}
        return {member: value for member, value in defaults.items() if value is not None} | members

    def lookup(self, name: str) -> WorldJob:
        """Find the tuning job of that name."""
        job = self.state.find(name)
        if job is None:
            raise missing(name)
        return job

    def parents(self, job: WorldJob) -> list[WorldJob]:
        """Find the tuning jobs that this one goes on from, those that still exist."""
        start = job.create.get("WarmStartConfig") if spans_parents(job) else None
        named = start["ParentHyperParameterTuningJobs"] if start else ()
        found = (self.state.find(parent.get("HyperParameterTuningJobName", "")) for parent in named)
        return [parent for parent in found if parent is not None]

    def filter(self, launched: Sequence[WorldTrainingJob], query: Members) -> list[WorldTrainingJob]:
        """Keep the training jobs that the query asks for."""
        return with_status(launched, query.get("StatusEquals"))

    def sort(self, launched: Sequence[WorldTrainingJob], query: Members) -> list[WorldTrainingJob]:
        """Put training jobs in the order that the query asks for; those without a metric are no part of that order."""
        key = self.sort_key(LIST_TRAINING_JOBS, query)
        return in_order(launched, key, descending=query["SortOrder"] == "Descending")

    def sort_key(self, name: str, query: Members) -> Callable[[Any], Any]:
        """Return the key that a listing is sorted by."""
        return _KEYS[name][query["SortBy"]]

    def page(self, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
        """Cut out the page that the query asks for."""
        position = self.tokens.redeem(self.bound(name, query), query["NextToken"]) if "NextToken" in query else None
        falling = query["SortOrder"] == "Descending"
        offset = offset_after(listed, position, self.sort_key(name, query), descending=falling)
        return page_of(listed, offset, query["MaxResults"])

    def bound(self, name: str, query: Members) -> Members:
        """Return what a token is bound to: the operation and all of its query but the page."""
        return {"": name} | {member: value for member, value in query.items() if member not in _PAGING}

    def render_description(self, job: WorldJob, parents: Sequence[WorldJob]) -> Members:
        """Write the answer of Describe."""
        return self.renderer.description(job, parents)

    def render_page(self, name: str, query: Members, page: Page[WorldTrainingJob], job: WorldJob) -> Members:
        """Write the answer of List: the summaries of a page, and the token of the next."""
        output: Members = {"TrainingJobSummaries": [self.renderer.summary(job, launched) for launched in page.items]}
        return output | self.render_token(name, query, page)

    def render_token(self, name: str, query: Members, page: Page[Any]) -> Members:
        """Write the token of the next page; nothing after the last."""
        if page.next_offset is None:
            return {}
        position = page.next_position(self.sort_key(name, query))
        return {"NextToken": self.tokens.issue(self.bound(name, query), position)}

    def create(self, members: Members) -> Members:
        """Add a tuning job."""
        check_creation(members, self.state.find)
        job = self.state.create(members)
        return {"HyperParameterTuningJobArn": self.renderer.tuning_job_arn(job.name)}

    def stop(self, members: Members) -> Members:
        """Stop a tuning job."""
        self.state.stop(members["HyperParameterTuningJobName"])
        return {}

    def delete(self, members: Members) -> Members:
        """Delete a tuning job."""
        self.state.delete(members["HyperParameterTuningJobName"])
        return {}

    def list_tuning_jobs(self, members: Members) -> Members:
        """List tuning jobs."""
        query = self.complete(LIST_TUNING_JOBS, members)
        kept = with_status(tuning_jobs_within(self.state.jobs(), query), query.get("StatusEquals"))
        key = self.sort_key(LIST_TUNING_JOBS, query)
        listed = in_order(kept, key, descending=query["SortOrder"] == "Descending")
        page = self.page(LIST_TUNING_JOBS, query, listed)
        summaries = [self.renderer.tuning_job_summary(job) for job in page.items]
        return {"HyperParameterTuningJobSummaries": summaries} | self.render_token(LIST_TUNING_JOBS, query, page)

    def describe_training_job(self, members: Members) -> Members:
        """Describe one training job that a tuning job launched."""
        name = members["TrainingJobName"]
        found = self.state.find_training_job(lambda launched: launched.name == name)
        if found is None:
            raise not_found(f"Amazon SageMaker can't find a training job with the name {name}")
        return self.renderer.training_job(*found)

    def list_tags(self, members: Members) -> Members:
        """List the tags of a tuning job; its training jobs have them as well."""
        arn = members["ResourceArn"]
        found = self.state.find_training_job(lambda launched: self.renderer.training_job_arn(launched) == arn)
        jobs = (job for job in self.state.jobs() if self.renderer.tuning_job_arn(job.name) == arn)
        job = found[0] if found is not None else next(jobs, None)
        if job is None:
            raise not_found(f"Amazon SageMaker can't find {arn}")
        return {"Tags": list(job.create.get("Tags", ()))}
