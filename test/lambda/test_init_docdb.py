"""init-docdb against a server that speaks MongoDB's protocol, once as DocumentDB and once as MongoDB."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import init_docdb
import initializer
import pytest
from aws.processes import Processes
from aws.stores.certificates import Authority
from pymongo.errors import OperationFailure

from conftest import start_mongo
from stacks import MASTER, SECRETS, Stack, client, mongo_stack

MODELS = {model["name"]: model["indexes"] for model in json.loads(init_docdb.DATA_FILE.read_text())["collections"]}
TOTAL = sum(len(indexes) for indexes in MODELS.values())


@pytest.fixture
def stack(mongo: int) -> Stack:
    return mongo_stack(mongo)


@pytest.fixture(scope="session")
def created(mongo: int) -> Stack:
    """A database as Create leaves it, for tests that only look."""
    made = mongo_stack(mongo)
    made.answer = made.request("Create")
    return made


def test_create_makes_every_collection_and_index_of_the_models(created: Stack) -> None:
    data = created.answer["Data"]
    assert created.answer["PhysicalResourceId"] == f"{created.properties['MasterSecretArn']}#docdb"
    assert (data["Host"], data["Port"], data["Differences"]) == ("localhost", str(created.port), "none")
    assert data["CollectionsCreated"] == str(len(MODELS) + 1)
    assert data["IndexesCreated"] == str(TOTAL)
    assert f"{TOTAL} indexes ({TOTAL} new, 0 of them replaced, 0 transformed, 0 left out)" in data["Summary"]
    assert all(isinstance(value, str) for value in data.values())
    with client(created) as connected:
        database = connected[created.database]
        assert set(database.list_collection_names()) == {*MODELS, "__transaction_test__"}
        for name, indexes in MODELS.items():
            expected = {index["name"]: {"key": index["keys"], **index["options"]} for index in indexes}
            ignored = ("v", "ns", "name", "background")
            found = {
                index["name"]: {option: value for option, value in index.items() if option not in ignored}
                for index in database[name].list_indexes()
            }
            del found["_id_"]
            assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)
            # Equal dictionaries may differ in order, and so may indexes.
            assert [list(found[key]["key"]) for key in expected] == [list(expected[key]["key"]) for key in expected]


def test_create_again_changes_nothing(created: Stack) -> None:
    first, created.physical_id = created.physical_id, None
    again = created.request("Create")
    assert again["PhysicalResourceId"] == first
    assert (again["Data"]["CollectionsCreated"], again["Data"]["IndexesCreated"]) == ("0", "0")
    assert again["Data"]["IndexesPresent"] == str(TOTAL)


def test_update_changes_the_password_and_keeps_the_physical_id(created: Stack) -> None:
    old, first = created.app_password, created.physical_id
    with client(created) as running:
        assert running[created.database]["users"].find_one() is None
        created.set_secret("AppSecretArn", created.app, "second'Pass")
        created.request("Update", Host="127.0.0.1", LibreChatVersion="v0.8.9")
        assert running[created.database]["users"].find_one() is None
    assert created.physical_id == first
    with client(created) as connected:
        connected[created.database]["users"].find_one()
    with client(created, password=old) as refused, pytest.raises(OperationFailure, match=r"[Aa]uthentication failed"):
        refused[created.database]["users"].find_one()


@pytest.mark.usefixtures("few_models")
def test_the_password_changes_without_a_moment_in_which_nobody_gets_in(stack: Stack) -> None:
    """Who tries the old and then the new one, as a task does that is started anew, is never refused both."""
    stack.request("Create")
    passwords = [stack.app_password, "second'Pass"]
    done, refused, logins = threading.Event(), 0, {password: 0 for password in passwords}

    def log_in() -> None:
        nonlocal refused
        while not done.is_set():
            for password in passwords:
                try:
                    with client(stack, password=password) as connected:
                        connected[stack.database]["users"].find_one()
                    logins[password] += 1
                    break
                except OperationFailure:
                    continue
            else:
                refused += 1

    worker = threading.Thread(target=log_in)
    worker.start()
    try:
        time.sleep(0.2)
        stack.set_secret("AppSecretArn", stack.app, passwords[1])
        stack.request("Update")
        time.sleep(0.2)
    finally:
        done.set()
        worker.join()
    assert refused == 0
    assert all(logins.values())


def test_the_application_reads_and_writes_but_drops_no_database(created: Stack) -> None:
    with client(created) as connected:
        users = connected[created.database]["users"]
        users.insert_one({"email": "a@example.com"})
        assert users.update_one({"email": "a@example.com"}, {"$set": {"name": "A"}}).modified_count == 1
        users.create_index([("name", 1)])
        users.drop_index("name_1")
        assert users.delete_many({}).deleted_count == 1
        for command, where in (("dropDatabase", created.database), ("usersInfo", "admin")):
            with pytest.raises(OperationFailure, match=r"[Nn]ot authorized|Authorization failure"):
                connected[where].command(command)
        with pytest.raises(OperationFailure, match=r"[Nn]ot authorized|Authorization failure"):
            connected["other"]["users"].insert_one({})


def test_delete_neither_connects_nor_reads_a_secret(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.physical_id = "anything"
    monkeypatch.setattr(initializer, "fetch_secret", pytest.fail)
    started = time.monotonic()
    assert stack.request("Delete", Host="192.0.2.1") == {"PhysicalResourceId": "anything"}
    assert time.monotonic() - started < 0.1


def test_wrong_password_fails_at_once(stack: Stack) -> None:
    stack.set_secret("MasterSecretArn", MASTER, "second'Pass")
    started = time.monotonic()
    assert stack.fail() == (
        f'password authentication failed for user "{MASTER}" at localhost:{stack.port}: check secret {stack.app}/master'
    )
    assert time.monotonic() - started < 2


def test_permission_denied_fails_at_once(created: Stack, stack: Stack) -> None:
    SECRETS[stack.properties["MasterSecretArn"]] = SECRETS[created.properties["AppSecretArn"]]
    message = stack.fail()
    assert "uthoriz" in message
    assert message.endswith(f"at localhost:{stack.port}: check secret {stack.app}/master")


def test_an_untrusted_certificate_fails_at_once(stack: Stack, folder: Path) -> None:
    trusted = initializer.CA_BUNDLE.read_bytes()
    initializer.CA_BUNDLE.write_bytes(Authority(folder / f"other-{stack.app}").ca.read_bytes())
    try:
        assert stack.fail().startswith("TLS certificate not trusted: ")
    finally:
        initializer.CA_BUNDLE.write_bytes(trusted)


def test_a_server_that_starts_later_is_waited_for(
    folder: Path, authority: Authority, processes: Processes, free_port: Callable[[], int], few_models: Any
) -> None:
    stack = mongo_stack(free_port())
    servers: list[Iterator[int]] = []

    def start() -> None:
        servers.append(start_mongo("documentdb", folder, authority, processes, stack.port))
        next(servers[0])

    timer = threading.Timer(0.5, start)
    timer.start()
    stack.request("Create")
    timer.join()
    assert next(servers[0], None) is None


def test_waiting_ends_before_the_function_does(free_port: Callable[[], int]) -> None:
    started = time.monotonic()
    assert "did not start within" in mongo_stack(free_port()).fail(seconds=16)
    assert time.monotonic() - started < 3


def test_a_silent_server_fails_in_time(silent_port: int) -> None:
    started = time.monotonic()
    assert mongo_stack(silent_port).fail(seconds=16).startswith("no answer in time, check routes and security groups")
    assert time.monotonic() - started < 3
