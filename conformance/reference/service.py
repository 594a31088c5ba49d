"""The operations of the service, and the stages that they share, each a method of its own.

The order is that of the service: the body is parsed, the operation found, the JSON types looked at, the caller
recognised, the constraints checked, and only then is anything looked up.
"""

from __future__ import annotations

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
    inputs,
    not_found,
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
from conformance.reference.signatures import region_of
from conformance.reference.stages import Members, Stages
from conformance.reference.state import State, missing
from conformance.wire.signing import is_region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.contract.model import Contract
    from conformance.worlds.model import World, WorldJob, WorldTrainingJob


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


class Service(Stages):
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
        whole = contract is not None and set(contract.operations) >= IN_CONTRACT
        served = contract if contract is not None and whole else _shipped_contract()
        super().__init__(served, inputs(served), credentials, clock)
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

    def answer(self, call: Call) -> Answer:
        """Answer a call in the region that it is signed for; in the world's own where that is no region."""
        region = region_of(call)
        # Only regions that exist: others would fill the memory.
        self._asked.region = region if is_region(region) else self._world.region
        self.state.count_call()
        return super().answer(call)

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
