"""Its tests, with a server that runs inside them: pytest test_best_of.py."""

import boto3
import pytest
from best_of import best_of

from conformance.reference.foreground import Faults
from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world

WORLD = load_world("default")


def client(server):
    return boto3.client(
        "sagemaker",
        endpoint_url=server.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="session")
def sagemaker():
    with ReferenceServer(WORLD) as server:
        yield client(server)


def test_the_best_are_first(sagemaker):
    best = best_of(sagemaker, "churn-57-in-all-statuses", 20)
    known = next(job for job in WORLD.jobs if job.name == "churn-57-in-all-statuses")
    values = {job.name: job.metric for job in known.training_jobs if job.metric is not None}
    assert [values[name] for name in best] == sorted(values.values(), reverse=True)[:20]


def test_an_unknown_name_raises(sagemaker):
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        best_of(sagemaker, "no-such-job")


def test_throttling_is_retried():
    with ReferenceServer(WORLD, service=Faults(throttle_every=2)) as server:
        assert len(best_of(client(server), "churn-57-in-all-statuses")) == 3


def test_a_denied_action_raises():
    denied = Faults(deny=frozenset({"ListTrainingJobsForHyperParameterTuningJob"}))
    with ReferenceServer(WORLD, service=denied) as server:
        sagemaker = client(server)
        with pytest.raises(sagemaker.exceptions.ClientError, match="AccessDeniedException"):
            best_of(sagemaker, "churn-57-in-all-statuses")


@pytest.mark.parametrize("form", ["type-namespace", "type-namespace-uri", "type-and-header"])
def test_an_unknown_name_raises_however_its_error_is_named(form):
    with ReferenceServer(WORLD, service=Faults(error_form=form)) as server:
        sagemaker = client(server)
        with pytest.raises(sagemaker.exceptions.ResourceNotFound):
            best_of(sagemaker, "no-such-job")
