"""Custom resources as CloudFormation sees them: properties, secrets, requests; and a look at what they made."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import init_docdb
import init_postgres
import initializer
import pg8000.native
import pytest
from pymongo import MongoClient

MASTER = "librechat_master"
# Secrets Manager's alphabet has all of these; none may need quoting anywhere.
MASTER_PASSWORD = "m'Ster\"$%&:@/? 1"


class SecretsManager(dict[str, str]):
    """As far as the functions know it: ARN to text. It stands in for boto3, which only the Lambda runtime brings."""

    def client(self, service: str) -> SecretsManager:
        assert service == "secretsmanager"
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        return {"SecretString": self[SecretId]}


SECRETS = SecretsManager()
sys.modules["boto3"] = SECRETS  # type: ignore[assignment]


COUNTER = itertools.count(1)


@dataclass
class Context:
    """What Lambda says about the time: 15 seconds are the initializer's own margin."""

    seconds: float = 45

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Stack:
    """One custom resource: its properties and its secrets, and requests about it."""

    handler: Callable[[dict[str, Any], Any], dict[str, Any]]
    port: int
    app: str
    database: str
    properties: dict[str, str] = field(default_factory=dict)
    physical_id: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.properties = {
            "ServiceToken": arn("provider"),
            "MasterSecretArn": arn(f"{self.app}/master"),
            "AppSecretArn": arn(f"{self.app}/app"),
            "Host": "localhost",
            "Port": str(self.port),
            "Database": self.database,
            "LibreChatVersion": "v0.8.8",
        }
        self.set_secret("MasterSecretArn", MASTER, MASTER_PASSWORD)
        self.set_secret("AppSecretArn", self.app, "first'Pass")

    def set_secret(self, key: str, username: str, password: str) -> None:
        SECRETS[self.properties[key]] = json.dumps({"username": username, "password": password})

    @property
    def app_password(self) -> str:
        return str(json.loads(SECRETS[self.properties["AppSecretArn"]])["password"])

    def request(self, kind: str, seconds: float = 45, **changed: str) -> dict[str, Any]:
        event: dict[str, Any] = {"RequestType": kind, "ResourceProperties": {**self.properties, **changed}}
        if self.physical_id is not None:
            event["PhysicalResourceId"] = self.physical_id
        answer = self.handler(event, Context(seconds))
        self.physical_id = answer["PhysicalResourceId"]
        return answer

    def fail(self, kind: str = "Create", seconds: float = 45, **changed: str) -> str:
        with pytest.raises(initializer.InitializerError) as failure:
            self.request(kind, seconds, **changed)
        message = str(failure.value)
        assert "\n" not in message
        assert failure.value.__cause__ is None
        return message


def arn(name: str) -> str:
    return f"arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-Ab12Cd"


def postgres_stack(port: int) -> Stack:
    number = next(COUNTER)
    return Stack(init_postgres.handler, port, f"rag_{number}", f"librechat_rag_{number}")


def mongo_stack(port: int) -> Stack:
    number = next(COUNTER)
    return Stack(init_docdb.handler, port, f"librechat_{number}", f"LibreChat{number}")


def connect(stack: Stack, user: str, password: str, database: str | None = None) -> pg8000.native.Connection:
    context = initializer.tls_context()
    place = database or stack.database
    return pg8000.native.Connection(
        user, host="localhost", port=stack.port, database=place, password=password, ssl_context=context
    )


def query(stack: Stack, sql: str, user: str | None = None, password: str | None = None, **parameters: Any) -> Any:
    """One statement on the stack's database, as its application unless told otherwise."""
    with connect(stack, user or stack.app, password or stack.app_password) as connection:
        return connection.run(sql, **parameters)


def client(stack: Stack, user: str | None = None, password: str | None = None) -> MongoClient[dict[str, Any]]:
    return MongoClient(
        "localhost",
        stack.port,
        username=user or stack.app,
        password=password or stack.app_password,
        authSource="admin",
        authMechanism="SCRAM-SHA-1",
        tls=True,
        tlsCAFile=str(initializer.CA_BUNDLE),
        retryWrites=False,
        directConnection=True,
    )
