"""Each fault on a database in use: one line for the operator, nothing lost, and the next deployment gets through.

An update is the worse moment for a fault: there is something to lose. The messages end up in docs/FAULTS.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import initializer
import pytest
from aws.processes import Processes
from aws.stores.certificates import Authority
from aws.stores.postgres import PostgresStore

from conftest import ROOT, start_mongo
from faults import Faults
from stacks import MASTER, MASTER_PASSWORD, SECRETS, Stack, client, mongo_stack, postgres_stack, query

POSTGRES, DOCUMENTDB = "PostgreSQL", "DocumentDB"
KEPT = "all data, and the application's login"


@dataclass
class Servers:
    """What a fault may need beside the stack it happens to."""

    postgres: PostgresStore
    folder: Path
    free_port: Callable[[], int]
    silent_port: int


Cause = Callable[[Stack, Servers], AbstractContextManager[dict[str, str]]]


@pytest.fixture(scope="session")
def documentdb(folder: Path, authority: Authority, processes: Processes, free_port: Callable[[], int]) -> Iterator[int]:
    yield from start_mongo("documentdb", folder, authority, processes, free_port())


@pytest.fixture
def servers(postgres: PostgresStore, folder: Path, free_port: Callable[[], int], silent_port: int) -> Servers:
    return Servers(postgres, folder, free_port, silent_port)


@contextmanager
def wrong_password(stack: Stack, _: Servers) -> Iterator[dict[str, str]]:
    stack.set_secret("MasterSecretArn", MASTER, "second'Pass")
    yield {"LibreChatVersion": "v0.8.9"}
    stack.set_secret("MasterSecretArn", MASTER, MASTER_PASSWORD)


@contextmanager
def unreadable_secret(stack: Stack, _: Servers) -> Iterator[dict[str, str]]:
    text = SECRETS.pop(stack.properties["AppSecretArn"])
    SECRETS[stack.properties["AppSecretArn"]] = "first'Pass"
    yield {}
    SECRETS[stack.properties["AppSecretArn"]] = text


@contextmanager
def weak_master(stack: Stack, _: Servers) -> Iterator[dict[str, str]]:
    master = SECRETS[stack.properties["MasterSecretArn"]]
    SECRETS[stack.properties["MasterSecretArn"]] = SECRETS[stack.properties["AppSecretArn"]]
    stack.set_secret("AppSecretArn", "somebody_else", "second'Pass")
    yield {}
    SECRETS[stack.properties["AppSecretArn"]] = SECRETS[stack.properties["MasterSecretArn"]]
    SECRETS[stack.properties["MasterSecretArn"]] = master


@contextmanager
def missing_database(_: Stack, servers: Servers) -> Iterator[dict[str, str]]:
    servers.postgres._sql("template1", "ALTER DATABASE postgres RENAME TO hidden")
    yield {}
    servers.postgres._sql("template1", "ALTER DATABASE hidden RENAME TO postgres")


@contextmanager
def full_disk(stack: Stack, servers: Servers) -> Iterator[dict[str, str]]:
    """The server's own answer to a table that cannot grow, from a trigger: no file system here may really be full."""
    servers.postgres._sql(
        stack.database,
        "CREATE FUNCTION public.full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING "
        "ERRCODE = '53100', MESSAGE = 'could not extend file \"base/5/16384\": No space left on device'; END $$; "
        "CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') "
        "EXECUTE FUNCTION public.full()",
    )
    yield {}
    servers.postgres._sql(stack.database, "DROP EVENT TRIGGER full_disk; DROP FUNCTION public.full()")


@contextmanager
def untrusted_certificate(stack: Stack, servers: Servers) -> Iterator[dict[str, str]]:
    trusted = initializer.CA_BUNDLE.with_suffix(".trusted")
    shutil.copyfile(initializer.CA_BUNDLE, trusted)
    shutil.copyfile(Authority(servers.folder / f"other-{stack.app}").ca, initializer.CA_BUNDLE)
    yield {}
    trusted.replace(initializer.CA_BUNDLE)


def no_tls(_: Stack, servers: Servers) -> AbstractContextManager[dict[str, str]]:
    return nullcontext({"Port": str(servers.postgres._backend)})


def not_started(_: Stack, servers: Servers) -> AbstractContextManager[dict[str, str]]:
    return nullcontext({"Port": str(servers.free_port())})


def silent(_: Stack, servers: Servers) -> AbstractContextManager[dict[str, str]]:
    return nullcontext({"Port": str(servers.silent_port)})


BOTH: dict[str, Cause] = {
    "an upgrade while the master's password is wrong": wrong_password,
    "a secret that is no login": unreadable_secret,
    "a master without the rights": weak_master,
    "a certificate of another authority": untrusted_certificate,
    "a server that does not start in the function's time": not_started,
    "an address where nothing answers": silent,
}
ONLY_POSTGRES: dict[str, Cause] = {
    "the maintenance database is missing": missing_database,
    "the disk is full": full_disk,
    "a server without TLS": no_tls,
}


@pytest.mark.parametrize("fault", [*BOTH, *ONLY_POSTGRES])
def test_postgres(fault: str, servers: Servers, faults: Faults) -> None:
    stack = postgres_stack(servers.postgres.port)
    stack.request("Create")
    query(stack, "INSERT INTO langchain_pg_collection (uuid, name) VALUES (gen_random_uuid(), 'kept')")
    before = query(stack, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    with {**BOTH, **ONLY_POSTGRES}[fault](stack, servers) as changed:
        message = stack.fail("Update", seconds=16, **changed)

    assert query(stack, "SELECT name FROM langchain_pg_collection") == [["kept"]]
    assert query(stack, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1") == before
    assert stack.request("Update")["Data"]["IndexesCreated"] == "0"
    faults.record(stack, POSTGRES, fault, message, KEPT)


@pytest.mark.usefixtures("few_models")
@pytest.mark.parametrize("fault", BOTH)
def test_documentdb(fault: str, documentdb: int, servers: Servers, faults: Faults) -> None:
    stack = mongo_stack(documentdb)
    stack.request("Create")
    with client(stack) as connected:
        connected[stack.database]["conversations"].insert_one({"title": "kept"})
    with BOTH[fault](stack, servers) as changed:
        message = stack.fail("Update", seconds=16, **changed)

    with client(stack) as connected:
        assert connected[stack.database]["conversations"].count_documents({"title": "kept"}) == 1
    assert stack.request("Update")["Data"]["IndexesCreated"] == "0"
    faults.record(stack, DOCUMENTDB, fault, message, KEPT)


@pytest.mark.usefixtures("few_models")
def test_duplicates_that_a_unique_index_forbids(documentdb: int, faults: Faults) -> None:
    stack = mongo_stack(documentdb)
    with client(stack, MASTER, MASTER_PASSWORD) as connected:
        roles = connected[stack.database]["roles"]
        roles.insert_many([{"name": "USER"}, {"name": "USER"}])
        message = stack.fail()
    with client(stack) as connected:
        roles = connected[stack.database]["roles"]
        assert roles.count_documents({}) == 2
        roles.delete_one({})
    assert stack.request("Create")["Data"]["IndexesCreated"] == "1"
    kept = f"{KEPT}, the duplicates too; all other indexes are there"
    faults.record(stack, DOCUMENTDB, "duplicates that a new unique index forbids", message, kept)


@pytest.mark.parametrize("store", [POSTGRES, DOCUMENTDB])
def test_delete_without_a_database(store: str, servers: Servers, faults: Faults) -> None:
    stack = postgres_stack(servers.free_port()) if store == POSTGRES else mongo_stack(servers.free_port())
    stack.physical_id = "made-earlier"
    assert stack.request("Delete") == {"PhysicalResourceId": "made-earlier"}
    seen = "nothing: the request succeeds without a connection"
    faults.record(
        stack,
        store,
        "the stack is deleted and its database is gone already",
        seen,
        "what the database's own removal policy keeps",
    )


def test_every_entry_has_its_test(faults: Faults) -> None:
    """A fault that no test causes any more must not stay in the documents."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "test/lambda").glob("test_*.py"))
    for entry in faults.read():
        assert f'"{entry["fault"]}"' in sources, f"no test causes '{entry['fault']}': take it out of faults.json"
