"""The option HnswDimensions of init-postgres: on, changed, refused and off again, never at the price of a row."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from aws.stores.postgres import PostgresStore

from faults import Faults
from stacks import Stack, connect, postgres_stack, query

INDEX = "idx_langchain_pg_embedding_hnsw"
TYPE = (
    "SELECT format_type(atttypid, atttypmod)::text FROM pg_attribute "
    "WHERE attrelid = 'langchain_pg_embedding'::regclass AND attname = 'embedding'"
)
INSERT = (
    "INSERT INTO langchain_pg_embedding (uuid, custom_id, embedding) SELECT gen_random_uuid(), 'f', :vector::vector"
)


@pytest.fixture
def stack(postgres: PostgresStore) -> Stack:
    return postgres_stack(postgres.port)


def definition(stack: Stack) -> str | None:
    rows = query(stack, "SELECT indexdef FROM pg_indexes WHERE indexname = :index", index=INDEX)
    return str(rows[0][0]) if rows else None


def count(stack: Stack) -> int:
    return int(query(stack, "SELECT count(*) FROM langchain_pg_embedding")[0][0])


@pytest.mark.parametrize("off", [{}, {"HnswDimensions": ""}], ids=["absent", "empty"])
def test_it_is_off_unless_asked_for(stack: Stack, off: dict[str, str]) -> None:
    data = stack.request("Create", **off)["Data"]
    assert (data["Indexes"], data["IndexesCreated"]) == ("3", "3")
    assert definition(stack) is None
    assert query(stack, TYPE) == [["vector"]]


def test_it_can_be_there_from_the_start(stack: Stack) -> None:
    data = stack.request("Create", HnswDimensions="3")["Data"]
    assert (data["Indexes"], data["IndexesCreated"]) == ("4", "4")
    made = definition(stack)
    assert made is not None
    assert "USING hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='64')" in made
    assert query(stack, TYPE) == [["vector(3)"]]
    assert stack.request("Update", HnswDimensions="3")["Data"]["IndexesCreated"] == "0"


def test_on_and_off_again_keep_every_row(stack: Stack) -> None:
    stack.request("Create")
    query(stack, f"{INSERT} FROM generate_series(1, 50)", vector="[1,2,3]")
    query(stack, "INSERT INTO langchain_pg_embedding (uuid, custom_id) VALUES (gen_random_uuid(), 'not embedded')")
    assert stack.request("Update", HnswDimensions="3")["Data"]["IndexesCreated"] == "1"
    assert (count(stack), query(stack, TYPE)) == (51, [["vector(3)"]])

    # Absent again, as when the key is taken out of the configuration: another embedding model fits in once more.
    assert stack.request("Update")["Data"]["IndexesCreated"] == "0"
    assert definition(stack) is None
    query(stack, INSERT, vector="[1,2,3,4]")
    assert (count(stack), query(stack, TYPE)) == (52, [["vector"]])


def test_rows_of_another_dimension_stop_it_before_anything_is_changed(stack: Stack, faults: Faults) -> None:
    stack.request("Create")
    query(stack, f"{INSERT} FROM generate_series(1, 2)", vector="[1,2,3]")
    query(stack, INSERT, vector="[1,2,3,4]")
    message = stack.fail("Update", HnswDimensions="5")

    assert message == (
        "HnswDimensions is 5, but vectors are there with 3 dimensions (rows: 2), 4 dimensions (rows: 1): "
        "embed those files again or drop it"
    )
    assert (count(stack), query(stack, TYPE), definition(stack)) == (3, [["vector"]], None)
    assert stack.request("Update")["Data"]["IndexesCreated"] == "0"
    fault = "an HNSW index is asked for, but vectors have another size"
    faults.record(stack, "PostgreSQL", fault, message, "all data, the column's type and its indexes")


def test_another_dimension_is_taken_where_no_row_contradicts(stack: Stack) -> None:
    stack.request("Create", HnswDimensions="3")
    stack.request("Update", HnswDimensions="4")
    assert query(stack, TYPE) == [["vector(4)"]]
    assert definition(stack) is not None
    query(stack, INSERT, vector="[1,2,3,4]")
    assert "4 dimensions (rows: 1)" in stack.fail("Update", HnswDimensions="3")
    assert (count(stack), query(stack, TYPE)) == (1, [["vector(4)"]])


@pytest.mark.parametrize("on", ["", "3"])
def test_vectors_stay_in_the_row(stack: Stack, on: str) -> None:
    """Changing a column's type makes PostgreSQL forget how it is stored."""
    storage = "SELECT attstorage::text FROM pg_attribute WHERE attname = 'embedding' AND attrelid = :table::regclass"
    for given in ("", on, ""):
        stack.request("Create", HnswDimensions=given)
        assert query(stack, storage, table="langchain_pg_embedding") == [["m"]]


@pytest.mark.parametrize("given", ["0", "2001", "many", "-3", "3.5"])
def test_nonsense_is_refused_before_the_database_is_touched(stack: Stack, given: str) -> None:
    stack.properties["Host"] = "192.0.2.1"
    message = stack.fail(HnswDimensions=given)
    assert message == f"HnswDimensions must be empty or 1 to 2000, got '{given}'"


def test_the_rag_api_works_on_while_the_index_is_built(stack: Stack) -> None:
    """Rows that arrive meanwhile are there, and found, when it is done."""
    stack.request("Create")
    query(stack, f"{INSERT} FROM generate_series(1, 500)", vector="[1,2,3]")
    done = threading.Event()
    errors: list[Exception] = []
    arrived = 0

    def embed() -> None:
        nonlocal arrived
        try:
            with connect(stack, stack.app, stack.app_password) as connection:
                while not done.is_set():
                    connection.run(INSERT, vector="[3,2,1]")
                    arrived += 1
        except Exception as error:
            errors.append(error)

    worker = threading.Thread(target=embed)
    worker.start()
    try:
        stack.request("Update", HnswDimensions="3")
    finally:
        done.set()
        worker.join()
    assert errors == []
    assert count(stack) == 500 + arrived
    nearest: list[Any] = query(
        stack, "SELECT embedding::text FROM langchain_pg_embedding ORDER BY embedding <=> '[3,2,1]' LIMIT 1"
    )
    assert nearest == [["[3,2,1]"]]


def test_an_interrupted_build_is_done_again(stack: Stack, postgres: PostgresStore) -> None:
    stack.request("Create", HnswDimensions="3")
    postgres._sql(stack.database, f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{INDEX}'::regclass")
    assert stack.request("Update", HnswDimensions="3")["Data"]["IndexesCreated"] == "1"
