"""What both initializers share: the Provider framework's contract, secrets, TLS and the wait for a starting server.

A failure is an exception whose message is one line for the operator: the cause, the server and the name of the secret
that was used. CDK's provider framework passes it to CloudFormation (returning FAILED would be reported as success).
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Connected = TypeVar("Connected")

CA_BUNDLE = Path(__file__).with_name("rds-ca-bundle.pem")

# Kept back from the function's time, so that the reason still reaches CloudFormation.
MARGIN_SECONDS = 15.0
POLL_SECONDS = 2.0
# An Aurora that paused itself takes up to half a minute to answer. Longer silence is a closed route or security group.
CONNECT_SECONDS = 60.0


class InitializerError(Exception):
    """A failure that is already worded for the operator."""


class ServerStartingError(Exception):
    """The server is not up yet: the only condition that is waited for."""


@dataclass(frozen=True)
class Login:
    """Who logs in, and the name (never the content) of the secret that says so."""

    secret: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Job:
    """One Create or Update: where to work, with whose rights, and until when."""

    host: str
    port: int
    database: str
    master: Login
    app: Login
    deadline: float
    # What only one of the two understands, by the names that the custom resource gives.
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def remaining(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


def log(message: str, **fields: Any) -> None:
    """One JSON object per line: CloudWatch Logs Insights finds the fields by itself."""
    # One write: lines of two threads never run into each other.
    sys.stdout.write(json.dumps({"message": message, **fields}, default=str) + "\n")
    sys.stdout.flush()


def secret_name(arn: str) -> str:
    """The name a person looks for; Secrets Manager adds a dash and six characters to it in the ARN."""
    _, found, name = arn.partition(":secret:")
    return re.sub(r"-[A-Za-z0-9]{6}$", "", name) if found else arn


def fetch_secret(arn: str) -> str:
    # The Lambda runtime brings boto3; importing it here keeps a Delete and the tests free of it.
    import boto3

    return str(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def read_login(arn: str, fetch: Callable[[str], str]) -> Login:
    name = secret_name(arn)
    try:
        text = fetch(arn)
    except Exception as error:
        raise InitializerError(one_line(f"cannot read secret {name}: {error}")) from None
    try:
        secret = json.loads(text)
        return Login(secret=name, username=str(secret["username"]), password=str(secret["password"]))
    except (ValueError, KeyError, TypeError):
        # The decoder's own message would quote the secret.
        raise InitializerError(f"secret {name} is not JSON with the keys username and password") from None


def one_line(text: str, *logins: Login) -> str:
    for login in logins:
        text = text.replace(login.password, "***") if login.password else text
    return " ".join(text.split())


def tls_context() -> ssl.SSLContext:
    """verify-full: the chain must end in an RDS root and the name must match."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(CA_BUNDLE)
    return context


def open_socket(job: Job) -> socket.socket:
    """A TCP connection. A starting server refuses it, or its name does not resolve yet."""
    try:
        connection = socket.create_connection((job.host, job.port), min(CONNECT_SECONDS, max(1.0, job.remaining())))
    except (ConnectionRefusedError, socket.gaierror) as error:
        raise ServerStartingError(one_line(str(error.strerror or error))) from None
    connection.settimeout(max(1.0, job.remaining()))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def explain_connection(error: BaseException) -> str | None:
    """The cause of a failed connection in words, for errors that are the same with every driver."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS certificate not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return "no answer in time, check routes and security groups"
    return f"connection failed: {error.strerror or error}" if isinstance(error, OSError) else None


def wait_until_started(job: Job, connect: Callable[[], Connected]) -> Connected:
    waiting_since = time.monotonic()
    while True:
        try:
            return connect()
        except ServerStartingError as error:
            waited = round(time.monotonic() - waiting_since)
            if job.remaining() <= POLL_SECONDS:
                raise InitializerError(f"{job.address} did not start within {waited} s: {error}") from None
            log("waiting for the server to start", address=job.address, cause=str(error), waitedSeconds=waited)
        time.sleep(POLL_SECONDS)


def handle(
    event: Mapping[str, Any],
    context: Any,
    *,
    kind: str,
    initialize: Callable[[Job], dict[str, str]],
    explain: Callable[[Exception], str],
    fetch: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """Answer one request of the Provider framework."""
    properties = event["ResourceProperties"]
    # Not the whole event: it may carry a pre-signed URL.
    log("request", type=event["RequestType"], id=event.get("PhysicalResourceId"), properties=dict(properties))
    # Kept for life: a new id would make CloudFormation delete "the old one" after an update.
    physical_id = event.get("PhysicalResourceId") or f"{properties['MasterSecretArn']}#{kind}"
    if event["RequestType"] == "Delete":  # the database goes, or is kept, with its own resource
        return {"PhysicalResourceId": physical_id}
    deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    master, app = (read_login(properties[key], fetch or fetch_secret) for key in ("MasterSecretArn", "AppSecretArn"))
    if master.username == app.username:
        raise InitializerError(f"secrets {master.secret} and {app.secret} name the same user {app.username}")
    job = Job(properties["Host"], int(properties["Port"]), properties["Database"], master, app, deadline, properties)
    started = time.monotonic()
    try:
        # Who takes the address from here starts only when the database is ready.
        data = {"Host": job.host, "Port": str(job.port), **initialize(job)}
    except Exception as error:
        told = isinstance(error, InitializerError)
        cause = str(error) if told else f"{explain(error)} at {job.address}: check secret {master.secret}"
        failure = one_line(cause, master, app)
        log("failed", cause=failure, seconds=round(time.monotonic() - started, 1))
        raise InitializerError(failure) from None
    log("done", seconds=round(time.monotonic() - started, 1), **data)
    return {"PhysicalResourceId": physical_id, "Data": data}
