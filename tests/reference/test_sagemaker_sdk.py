"""The SageMaker Python SDK at the reference server: it attaches to tuning jobs that have ended, and to their best."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer

os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
HOW = "the SageMaker Python SDK 2 is not installed: pip install 'sagemaker<3'"
sagemaker = pytest.importorskip("sagemaker", reason=HOW)
tuner = pytest.importorskip("sagemaker.tuner", reason=HOW)
pytestmark = pytest.mark.filterwarnings("ignore")

COMPLETED = [job.name for job in load_world("default").jobs if job.status == "Completed"]


@pytest.fixture(scope="module")
def session(reference_server: ReferenceServer) -> Any:
    import boto3  # noqa: PLC0415 - after the SDK is known to be there

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto_session = boto3.Session(region_name="us-east-1", **keys)
    client = boto_session.client("sagemaker", endpoint_url=reference_server.endpoint_url)
    made = sagemaker.Session(boto_session=boto_session, sagemaker_client=client)
    made._default_bucket = "example-bucket"  # noqa: SLF001 - the algorithms of Amazon look for a bucket in S3 otherwise
    return made


@pytest.mark.parametrize("name", COMPLETED)
def test_the_sdk_attaches_to_a_completed_tuning_job(session: Any, name: str) -> None:
    attached = tuner.HyperparameterTuner.attach(name, sagemaker_session=session)
    assert attached.latest_tuning_job.name == name
    assert attached.best_training_job().startswith(f"{name}-")


def test_the_sdk_attaches_to_the_best_training_job(session: Any) -> None:
    attached = tuner.HyperparameterTuner.attach("x", sagemaker_session=session)
    assert attached.best_estimator().latest_training_job.name == attached.best_training_job()
