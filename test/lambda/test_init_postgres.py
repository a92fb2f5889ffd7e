"""init-postgres against a real PostgreSQL with pgvector, whose master has the rights of RDS's master: what it makes."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import initializer
import pg8000.native
import pytest
from aws.stores.postgres import PostgresStore
from pg8000.exceptions import DatabaseError

from stacks import MASTER, MASTER_PASSWORD, SECRETS, Stack, connect, postgres_stack, query


@pytest.fixture
def stack(postgres: PostgresStore) -> Stack:
    return postgres_stack(postgres.port)


@pytest.fixture(scope="module")
def created(postgres: PostgresStore) -> Stack:
    """A database as Create leaves it, for tests that only look."""
    made = postgres_stack(postgres.port)
    made.request("Create")
    return made


def columns(stack: Stack, table: str) -> dict[str, tuple[str, bool]]:
    rows = query(
        stack,
        "SELECT attname::text, format_type(atttypid, atttypmod)::text, attnotnull FROM pg_attribute "
        "WHERE attrelid = to_regclass(:table) AND attnum > 0",
        table=table,
    )
    return {name: (kind, required) for name, kind, required in rows}


def test_create_makes_what_the_rag_api_expects(stack: Stack) -> None:
    answer = stack.request("Create")

    assert answer["PhysicalResourceId"] == f"{stack.properties['MasterSecretArn']}#postgres"
    assert (answer["Data"]["Host"], answer["Data"]["Port"]) == ("localhost", str(stack.port))
    assert answer["Data"]["TablesCreated"] == "2"
    assert answer["Data"]["IndexesCreated"] == "3"
    assert all(isinstance(value, str) for value in answer["Data"].values())
    assert columns(stack, "langchain_pg_collection") == {
        "uuid": ("uuid", True),
        "name": ("character varying", False),
        "cmetadata": ("json", False),
    }
    assert columns(stack, "langchain_pg_embedding") == {
        "uuid": ("uuid", True),
        "collection_id": ("uuid", False),
        "embedding": ("vector", False),
        "document": ("character varying", False),
        "cmetadata": ("jsonb", False),
        "custom_id": ("character varying", False),
    }
    definitions = dict(query(stack, "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
    assert "USING gin (cmetadata jsonb_path_ops)" in definitions.pop("ix_cmetadata_gin")
    assert "btree (custom_id)" in definitions.pop("idx_langchain_pg_embedding_custom_id")
    assert "btree (((cmetadata ->> 'file_id'::text)))" in definitions.pop("idx_langchain_pg_embedding_file_id")
    assert set(definitions) == {"langchain_pg_collection_pkey", "langchain_pg_embedding_pkey"}
    [[constraint]] = query(stack, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'")
    assert constraint == "FOREIGN KEY (collection_id) REFERENCES langchain_pg_collection(uuid) ON DELETE CASCADE"


def test_create_again_changes_nothing(stack: Stack) -> None:
    first = stack.request("Create")
    query(stack, "INSERT INTO langchain_pg_collection (uuid, name) VALUES (gen_random_uuid(), 'kept')")
    stack.physical_id = None  # a retried Create does not know the answer to the first
    again = stack.request("Create")

    assert again["PhysicalResourceId"] == first["PhysicalResourceId"]
    assert (again["Data"]["TablesCreated"], again["Data"]["IndexesCreated"]) == ("0", "0")
    assert query(stack, "SELECT name FROM langchain_pg_collection") == [["kept"]]


def test_two_runs_at_once_wait_for_each_other(stack: Stack) -> None:
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(stack.request("Create"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer["Data"]["IndexesCreated"] for answer in answers) == ["0", "3"]


def test_update_changes_the_password_and_keeps_open_connections(stack: Stack) -> None:
    stack.request("Create")
    old = stack.app_password
    with connect(stack, stack.app, old) as running:
        stack.set_secret("AppSecretArn", stack.app, "second'Pass")
        stack.request("Update", LibreChatVersion="v0.8.9")
        assert running.run("SELECT 1") == [[1]]
    assert query(stack, "SELECT 1") == [[1]]
    with pytest.raises(DatabaseError, match="password authentication failed"):
        query(stack, "SELECT 1", password=old)


def test_the_password_changes_without_a_moment_in_which_nobody_gets_in(stack: Stack) -> None:
    """Who tries the old and then the new one, as a pool does that reads the secret again, is never refused both."""
    stack.request("Create")
    passwords = [stack.app_password, "second'Pass"]
    done, refused, logins = threading.Event(), 0, {password: 0 for password in passwords}

    def log_in() -> None:
        nonlocal refused
        while not done.is_set():
            for password in passwords:
                try:
                    connect(stack, stack.app, password).close()
                    logins[password] += 1
                    break
                except DatabaseError:
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


def test_changed_inputs_keep_the_physical_id(stack: Stack) -> None:
    created = stack.request("Create")
    moved = stack.properties["AppSecretArn"].replace("app-", "other-")
    SECRETS[moved] = json.dumps({"username": f"{stack.app}_b", "password": "second'Pass"})
    changed = {"AppSecretArn": moved, "Host": "127.0.0.1", "Database": f"{stack.database}_b"}
    updated = stack.request("Update", **changed)

    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert updated["Data"]["TablesCreated"] == "2"
    stack.database = changed["Database"]
    assert query(stack, "SELECT count(*) FROM langchain_pg_embedding", f"{stack.app}_b", "second'Pass") == [[0]]


def test_delete_neither_connects_nor_reads_a_secret(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.physical_id = "anything"
    monkeypatch.setattr(initializer, "fetch_secret", pytest.fail)
    started = time.monotonic()
    # An address for documentation: a packet to it gets no answer.
    answer = stack.request("Delete", Host="192.0.2.1")

    assert answer == {"PhysicalResourceId": "anything"}
    assert time.monotonic() - started < 0.1


def test_the_application_does_what_the_rag_api_does(created: Stack) -> None:
    query(created, "CREATE EXTENSION IF NOT EXISTS vector")
    query(created, "INSERT INTO langchain_pg_collection (uuid, name) VALUES (gen_random_uuid(), 'testcollection')")
    query(
        created,
        "INSERT INTO langchain_pg_embedding (uuid, collection_id, embedding, document, cmetadata, custom_id) "
        "SELECT gen_random_uuid(), uuid, '[1,2,3]', 'text', '{\"file_id\": \"f\"}', 'f' FROM langchain_pg_collection",
    )
    nearest = (
        "SELECT document FROM langchain_pg_embedding WHERE (cmetadata ->> 'file_id') = :file "
        "ORDER BY embedding <=> '[1,2,3]' LIMIT 4"
    )
    assert query(created, nearest, file="f") == [["text"]]
    query(created, "DELETE FROM langchain_pg_embedding WHERE custom_id = 'f'")
    # What create_all and the RAG API's opt-in flags would run.
    query(created, "CREATE TABLE IF NOT EXISTS langchain_pg_collection (uuid uuid)")
    query(
        created, "CREATE INDEX IF NOT EXISTS idx_langchain_pg_embedding_custom_id ON langchain_pg_embedding (custom_id)"
    )


@pytest.mark.parametrize(
    "statement",
    ["DROP DATABASE {database}", "CREATE ROLE more", "CREATE DATABASE more", "DROP SCHEMA public CASCADE",
     "DROP EXTENSION vector CASCADE", "ALTER ROLE {role} CREATEDB", "GRANT {master} TO {role}"],
)  # fmt: skip
def test_the_application_cannot(created: Stack, statement: str) -> None:
    sql = statement.format(database=created.database, role=created.app, master=MASTER)
    database = "postgres" if "DROP DATABASE" in sql else created.database
    connection = connect(created, created.app, created.app_password, database)
    with connection, pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
        connection.run(sql)


def test_no_other_role_gets_in(created: Stack, postgres: PostgresStore) -> None:
    postgres._sql("postgres", f"CREATE ROLE {created.app}_other LOGIN PASSWORD 'second''Pass'")
    with pytest.raises(DatabaseError, match="permission denied for database"):
        query(created, "SELECT 1", f"{created.app}_other", "second'Pass")


def test_tables_that_the_rag_api_made_as_master_are_adopted(stack: Stack) -> None:
    stack.request("Create")
    for sql in ("DROP TABLE langchain_pg_embedding", "DROP TABLE langchain_pg_collection"):
        query(stack, sql, MASTER, MASTER_PASSWORD)
    query(
        stack,
        "CREATE TABLE langchain_pg_collection (uuid uuid PRIMARY KEY, name varchar, cmetadata json)",
        MASTER,
        MASTER_PASSWORD,
    )
    columns = "uuid uuid PRIMARY KEY, embedding vector, document varchar, cmetadata jsonb, custom_id varchar"
    reference = "collection_id uuid REFERENCES langchain_pg_collection ON DELETE CASCADE"
    query(stack, f"CREATE TABLE langchain_pg_embedding ({columns}, {reference})", MASTER, MASTER_PASSWORD)
    answer = stack.request("Update")

    assert (answer["Data"]["TablesCreated"], answer["Data"]["IndexesCreated"]) == ("0", "3")
    query(stack, "INSERT INTO langchain_pg_collection (uuid, name) VALUES (gen_random_uuid(), 'mine')")


def test_a_database_that_the_application_owned_is_taken_back(stack: Stack, postgres: PostgresStore) -> None:
    stack.request("Create")
    postgres._sql("postgres", f"ALTER DATABASE {stack.database} OWNER TO {stack.app}")
    stack.request("Update")
    owner = query(stack, "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()")
    assert owner == [[MASTER]]


def test_an_index_whose_build_was_interrupted_is_built_again(stack: Stack, postgres: PostgresStore) -> None:
    stack.request("Create")
    index = "idx_langchain_pg_embedding_file_id"
    postgres._sql(stack.database, f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass")
    assert stack.request("Update")["Data"]["IndexesCreated"] == "1"
    assert query(stack, f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{index}'::regclass") == [[True]]


def test_the_password_never_reaches_the_server_in_the_clear(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    run = pg8000.native.Connection.run
    monkeypatch.setattr(
        pg8000.native.Connection, "run", lambda self, sql, **rest: (statements.append(sql), run(self, sql, **rest))[1]
    )
    stack.request("Create")
    assert any("SCRAM-SHA-256$" in sql for sql in statements)
    assert not any("first" in sql for sql in statements)
