"""One emulator for the whole session, reached as a client of AWS reaches AWS."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "rehearsal"))


class Cloud:
    """Clients and the few steps that the tests repeat."""

    def __init__(self, endpoint: str, state: Path, pid: int) -> None:
        self.endpoint, self.state, self.pid = endpoint, state, pid
        self._names = itertools.count(1)
        self.cloudformation = self.client("cloudformation")
        self.secrets = self.client("secretsmanager")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def new_name(self) -> str:
        return f"stack{next(self._names)}"

    def create(self, template: dict[str, Any], name: str | None = None, **options: Any) -> dict[str, Any]:
        name = name or self.new_name()
        body = json.dumps(template)
        self.cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"], **options)
        return self.settled(name)

    def update(self, name: str, template: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(template)
        self.cloudformation.update_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
        return self.settled(name)

    def delete(self, name: str) -> str:
        stack_id = self.stack(name)["StackId"]
        self.cloudformation.delete_stack(StackName=name)
        return str(self.settled(stack_id)["StackStatus"])

    def stack(self, name: str) -> dict[str, Any]:
        stack: dict[str, Any] = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return stack

    def settled(self, name: str) -> dict[str, Any]:
        until = time.monotonic() + 40
        while (stack := self.stack(name))["StackStatus"].endswith("_IN_PROGRESS"):
            assert time.monotonic() < until, f"{name} is still {stack['StackStatus']}"
            time.sleep(0.05)
        return stack

    def events(self, name: str) -> list[dict[str, Any]]:
        """Oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def reasons(self, name: str) -> str:
        return "\n".join(event.get("ResourceStatusReason", "") for event in self.events(name))

    def physical_ids(self, name: str) -> dict[str, str]:
        described = self.cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in described}

    def outputs(self, name: str) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack(name).get("Outputs", [])}

    def report(self) -> dict[str, list[dict[str, Any]]]:
        content: dict[str, list[dict[str, Any]]] = json.loads((self.state / "report.json").read_text(encoding="utf-8"))
        return content


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state = tmp_path_factory.mktemp("aws")
    ready, said = state / "ready.json", state / "said.txt"
    command = [
        sys.executable,
        str(REPOSITORY / "rehearsal/aws/main.py"),
        "--state",
        str(state),
        "--ready-file",
        str(ready),
    ]
    with open(said, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=os.sep)
    try:
        until = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.05)
        told = json.loads(ready.read_text(encoding="utf-8"))
        yield Cloud(told["endpoint"], state, told["pid"])
    finally:
        started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        process.wait(20)
    assert [child for child in started if child.is_running()] == [], "stores and Lambda workers end with the server"
    assert list((state / "processes").iterdir()) == []
