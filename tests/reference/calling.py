"""Ways to speak to a server: raw, without a client library, and with boto3."""

from __future__ import annotations

import json
from typing import Any

import boto3
import requests
from botocore.config import Config

CONTENT_TYPE = "application/x-amz-json-1.1"


class Caller:
    """Sends raw requests to one server."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.session = requests.Session()
        self.session.trust_env = False

    def post(self, operation: str, body: Any, **headers: str) -> requests.Response:
        """POST a body, as JSON if it is not bytes; an empty operation leaves the target header out."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": CONTENT_TYPE, **headers}
        if operation:
            sent["X-Amz-Target"] = operation if "." in operation else f"SageMaker.{operation}"
        return self.session.post(f"{self.endpoint_url}/", data=content, headers=sent, timeout=10)

    def describe(self, name: str) -> dict[str, Any]:
        return self.answer("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": name})

    def list(self, name: str, **members: Any) -> dict[str, Any]:
        query = {"HyperParameterTuningJobName": name, **members}
        return self.answer("ListTrainingJobsForHyperParameterTuningJob", query)

    def answer(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        response = self.post(operation, members)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def rejection(self, operation: str, body: Any, **headers: str) -> tuple[int, str, str]:
        """Status, code and message of an answer that has to be an error."""
        response = self.post(operation, body, **headers)
        content = response.json()
        return response.status_code, content["__type"], content.get("message", content.get("Message"))


def sdk(endpoint_url: str, key: str = "AKIDEXAMPLE", secret: str = "secret", region: str = "us-east-1") -> Any:  # noqa: S107 - no real one
    return boto3.client(
        "sagemaker",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}),
    )
