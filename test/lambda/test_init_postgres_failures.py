"""init-postgres against a real PostgreSQL with pgvector, whose master has the rights of RDS's master: what stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import initializer
import pg8000.native
import pytest
from aws.stores.certificates import Authority
from aws.stores.postgres import PostgresStore
from aws.stores.tls_front import TlsFront
from pg8000.exceptions import DatabaseError

from stacks import MASTER, SECRETS, Stack, postgres_stack


@pytest.fixture
def stack(postgres: PostgresStore) -> Stack:
    return postgres_stack(postgres.port)


def test_wrong_password_fails_at_once(stack: Stack) -> None:
    stack.set_secret("MasterSecretArn", MASTER, "second'Pass")
    started = time.monotonic()

    assert stack.fail() == (
        f'password authentication failed for user "{MASTER}" at localhost:{stack.port}: check secret {stack.app}/master'
    )
    assert time.monotonic() - started < 2


def test_missing_database_fails_at_once(stack: Stack, postgres: PostgresStore) -> None:
    postgres._sql("template1", "ALTER DATABASE postgres RENAME TO hidden")
    try:
        message = stack.fail()
    finally:
        postgres._sql("template1", "ALTER DATABASE hidden RENAME TO postgres")
    assert message.startswith('database "postgres" does not exist at localhost')


def test_permission_denied_fails_at_once(stack: Stack, postgres: PostgresStore) -> None:
    postgres._sql("postgres", f"CREATE ROLE {stack.app}_weak LOGIN PASSWORD 'second''Pass'")
    stack.set_secret("MasterSecretArn", f"{stack.app}_weak", "second'Pass")

    assert stack.fail() == (
        f"permission denied to create role at localhost:{stack.port}: check secret {stack.app}/master"
    )


def test_full_disk_fails_at_once(stack: Stack, postgres: PostgresStore) -> None:
    stack.request("Create")
    postgres._sql(
        stack.database,
        "CREATE FUNCTION public.disk_full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file: No space left on device'; END $$; "
        "CREATE EVENT TRIGGER disk_full ON ddl_command_start WHEN TAG IN ('CREATE TABLE') "
        "EXECUTE FUNCTION public.disk_full()",
    )
    started = time.monotonic()
    assert stack.fail("Update").startswith("could not extend file: No space left on device at localhost")
    assert time.monotonic() - started < 2


def test_a_server_that_starts_later_is_waited_for(
    stack: Stack, postgres: PostgresStore, authority: Authority, free_port: Callable[[], int]
) -> None:
    fronts: list[TlsFront] = []
    stack.port = free_port()
    timer = threading.Timer(1, lambda: fronts.append(TlsFront(authority, stack.port, postgres._backend, postgres=True)))
    timer.start()
    started = time.monotonic()
    stack.request("Create", Port=str(stack.port))

    assert time.monotonic() - started > 1
    fronts[0].close()


def test_a_database_that_is_starting_up_is_waited_for(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    real, attempts = pg8000.native.Connection, []

    def connection(*args: Any, **options: Any) -> Any:
        attempts.append(time.monotonic())
        if len(attempts) < 3:
            raise DatabaseError({"S": "FATAL", "C": "57P03", "M": "the database system is starting up"})
        return real(*args, **options)

    monkeypatch.setattr(pg8000.native, "Connection", connection)
    assert stack.request("Create")["Data"]["Tables"] == "2"


@pytest.mark.parametrize(
    ("host", "cause"),
    [("localhost", "Connection refused"), ("no-such-host.invalid", "")],
    ids=["refused", "no name yet"],
)
def test_waiting_ends_before_the_function_does(
    stack: Stack, free_port: Callable[[], int], host: str, cause: str
) -> None:
    started = time.monotonic()
    message = stack.fail(seconds=16, Host=host, Port=str(free_port()))

    assert "did not start within" in message
    assert cause in message
    assert time.monotonic() - started < 3


def test_a_silent_server_fails_in_time(stack: Stack, silent_port: int) -> None:
    started = time.monotonic()
    assert stack.fail(seconds=16, Port=str(silent_port)).startswith("no answer in time, check routes and security")
    assert time.monotonic() - started < 3


def test_an_untrusted_certificate_fails_at_once(
    stack: Stack, postgres: PostgresStore, folder: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    front = TlsFront(Authority(folder / f"other-{port}"), port, postgres._backend, postgres=True)
    message = stack.fail(Port=str(port))
    front.close()
    assert message.startswith("TLS certificate not trusted: ")


def test_a_certificate_for_another_name_fails_at_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = initializer.socket.getaddrinfo
    monkeypatch.setattr(initializer.socket, "getaddrinfo", lambda host, *rest: resolve("localhost", *rest[:1]))
    message = stack.fail(Host="database.example.com")
    assert "not valid for 'database.example.com'" in message


def test_a_server_without_tls_is_refused(stack: Stack, postgres: PostgresStore) -> None:
    assert "Server refuses SSL" in stack.fail(Port=str(postgres._backend))


def test_a_secret_that_is_no_login_is_named_but_not_shown(stack: Stack) -> None:
    SECRETS[stack.properties["AppSecretArn"]] = "first'Pass"
    assert stack.fail() == f"secret {stack.app}/app is not JSON with the keys username and password"
    stack.set_secret("AppSecretArn", MASTER, "first'Pass")
    assert stack.fail() == f"secrets {stack.app}/master and {stack.app}/app name the same user {MASTER}"
    del SECRETS[stack.properties["AppSecretArn"]]
    assert stack.fail().startswith(f"cannot read secret {stack.app}/app: ")
