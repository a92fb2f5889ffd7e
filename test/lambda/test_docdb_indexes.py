"""Indexes that are already there, that the server refuses, or that the data forbids; on either server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import docdb_indexes
import initializer
import pytest
from docdb_indexes import CollectionIndexes, Report, shape
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from conftest import ROOT
from stacks import MASTER, MASTER_PASSWORD, Stack, client, mongo_stack


@pytest.fixture
def stack(mongo: int) -> Stack:
    return mongo_stack(mongo)


@pytest.fixture
def collection(stack: Stack) -> Iterator[Collection[dict[str, Any]]]:
    with client(stack, MASTER, MASTER_PASSWORD) as connected:
        yield connected[stack.database]["users"]


def wanted(keys: dict[str, int], name: str | None = None, **options: Any) -> dict[str, Any]:
    return {"name": name or "_".join(f"{key}_{kind}" for key, kind in keys.items()), "keys": keys, "options": options}


def ensure(collection: Collection[dict[str, Any]], *indexes: dict[str, Any]) -> Report:
    report = Report()
    CollectionIndexes(collection, list(indexes), report, lambda: 30.0).ensure()
    return report


def shapes(collection: Collection[dict[str, Any]]) -> dict[str, Any]:
    return {index["name"]: shape(index) for index in collection.list_indexes() if index["name"] != "_id_"}


def test_indexes_of_the_previous_version_are_replaced(collection: Collection[dict[str, Any]]) -> None:
    collection.create_index([("email", 1)], unique=True)  # unique once, plain now
    collection.create_index([("ttl", 1)], expireAfterSeconds=60)
    collection.create_index([("sub", 1)], name="old_name")
    collection.create_index([("id", 1)])  # plain once, unique now
    collection.create_index([("own", 1)])  # of the operator
    collection.insert_one({"email": "a@example.com", "id": 1})
    models = [
        wanted({"email": 1}),
        wanted({"email": 1, "tenantId": 1}, unique=True),
        wanted({"ttl": 1}, expireAfterSeconds=0),
        wanted({"sub": 1}),
        wanted({"id": 1}, unique=True),
    ]
    report = ensure(collection, *models)
    expected = {index["name"]: shape({"key": index["keys"], **index["options"]}) for index in models}

    assert shapes(collection) == {**expected, "own_1": shape({"key": {"own": 1}})}
    assert (report.created, report.replaced) == (1, 4)
    assert collection.count_documents({}) == 1
    assert ensure(collection, *models).present == len(models)


def test_a_unique_index_is_never_missing(
    collection: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other options under the same name: at each step a duplicate is refused."""
    collection.create_index([("googleId", 1)], unique=True, sparse=True)
    collection.insert_one({"googleId": "g"})

    def refused(step: Callable[..., Any]) -> Callable[..., Any]:
        def checked(self: CollectionIndexes, *arguments: Any) -> Any:
            result = step(self, *arguments)
            with pytest.raises(OperationFailure, match="E11000"):
                collection.insert_one({"googleId": "g"})
            return result

        return checked

    for step in ("_build", "_drop"):
        monkeypatch.setattr(CollectionIndexes, step, refused(getattr(CollectionIndexes, step)))
    now = wanted({"googleId": 1}, unique=True, partialFilterExpression={"googleId": {"$exists": True}})
    assert ensure(collection, now).replaced == 1
    assert set(shapes(collection)) == {"googleId_1"}


def test_a_guard_that_was_left_behind_is_removed(collection: Collection[dict[str, Any]]) -> None:
    collection.create_index([("email", -1)], unique=True, name="email_1__guard")
    assert ensure(collection, wanted({"email": 1}, unique=True)).created == 1
    assert set(shapes(collection)) == {"email_1"}


def test_duplicates_are_reported_and_nothing_is_dropped_for_them(collection: Collection[dict[str, Any]]) -> None:
    collection.create_index([("email", 1)], unique=True, sparse=True)
    collection.create_index([("id", 1)])
    before = shapes(collection)
    for name in "ab":
        collection.insert_one({"email": name, "tenantId": "t", "id": 7})
    report = ensure(
        collection, wanted({"email": 1}), wanted({"tenantId": 1}, unique=True), wanted({"id": 1}, unique=True)
    )
    assert report.duplicates == ["users (tenantId)", "users (id)"]
    assert shapes(collection) == before
    assert report.left_out == ["users.email_1 left out: unique index email_1 stays until its successor can be built"]


def test_duplicates_fail_the_deployment_in_one_line(stack: Stack, few_models: Any) -> None:
    with client(stack, MASTER, MASTER_PASSWORD) as connected:
        connected[stack.database]["roles"].insert_many([{"name": "USER"}, {"name": "USER"}])
        message = stack.fail()
        assert message.startswith("duplicate values prevent unique indexes on roles (name, tenantId) at localhost:")
        assert "USER" not in message
        # Everything else is there, and the next deployment goes on from it.
        connected[stack.database]["roles"].delete_many({})
    assert stack.request("Create")["Data"]["IndexesCreated"] == "1"


def test_what_the_server_refuses_is_transformed_or_left_out_with_a_reason(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, few_models: dict[str, Any]
) -> None:
    create = Collection.create_index

    def picky(self: Any, keys: Any, **options: Any) -> Any:
        if "null" in json.dumps(options) or options["name"] == "createdAt_1_updatedAt_1":
            raise OperationFailure("Feature not supported", 303, {"errmsg": "Feature not supported"})
        return create(self, keys, **options)

    monkeypatch.setattr(Collection, "create_index", picky)
    models = [(name, index) for name, indexes in few_models.items() for index in indexes]
    transformed = [(name, index["name"]) for name, index in models if "documentDb" in index]
    left_out = [name for name, index in models if index["name"] == "createdAt_1_updatedAt_1"]
    for _ in range(2):  # the second run finds the transformed ones and does not try again
        data = stack.request("Create")["Data"]
        assert data["IndexesTransformed"] == str(len(transformed))
        assert data["IndexesLeftOut"] == str(len(left_out))
        explained = data["Differences"].split("; ")
        assert len([text for text in explained if "transformed: AWS documents $eq" in text]) == len(transformed)
        assert len([text for text in explained if text.endswith("the server says Feature not supported")]) == len(
            left_out
        )
    with client(stack, MASTER, MASTER_PASSWORD) as connected:
        for name, index in transformed:
            assert index in shapes(connected[stack.database][name])


def test_a_refused_unique_index_fails(collection: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationFailure("Feature not supported", 303, {"errmsg": "Feature not supported"})

    monkeypatch.setattr(Collection, "create_index", refuse)
    with pytest.raises(initializer.InitializerError, match=r"cannot create index users\.a_1: Feature not supported"):
        ensure(collection, wanted({"a": 1}, unique=True))


def test_a_build_in_progress_is_waited_for(
    collection: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    create, answers = Collection.create_index, iter([40333, 40333])

    def busy(self: Any, keys: Any, **options: Any) -> Any:
        if (code := next(answers, None)) is not None:
            raise OperationFailure("Existing index build in progress on the same collection", code)
        return create(self, keys, **options)

    monkeypatch.setattr(docdb_indexes, "BUILD_POLL_SECONDS", 0.01)
    monkeypatch.setattr(Collection, "create_index", busy)
    assert ensure(collection, wanted({"a": 1})).created == 1


def test_equal_filters_are_recognized_however_they_are_written() -> None:
    plain = {"key": {"a": 1.0}, "partialFilterExpression": {"b": 1, "c": {"$exists": True}}}
    worded = {"key": {"a": 1}, "partialFilterExpression": {"$and": [{"c": {"$exists": True}}, {"b": {"$eq": 1}}]}}
    assert shape(plain) == shape(worded)
    assert shape(plain) != shape({"key": {"a": 1}})
    assert shape({"key": {"a": 1, "b": 1}}) != shape({"key": {"b": 1, "a": 1}})


def test_the_audit_in_the_documents_counts_what_the_initializer_does(
    mongo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server that has what AWS documents for DocumentDB 5.0 and no more, and on one that has everything."""
    text = (ROOT / "docs/DOCUMENTDB_SETUP.md").read_text("utf-8")
    claims = re.findall(r"(MongoDB|DocumentDB 5\.0): (\d+) present, (\d+) transformed, (\d+) left out", text)
    create = Collection.create_index

    def documented(self: Any, keys: Any, **options: Any) -> Any:
        if "null" in json.dumps(options):
            raise OperationFailure("Feature not supported", 303, {"errmsg": "Feature not supported"})
        return create(self, keys, **options)

    counted = []
    for server in ("MongoDB", "DocumentDB 5.0"):
        with monkeypatch.context() as patch:
            if server != "MongoDB":
                patch.setattr(Collection, "create_index", documented)
            data = mongo_stack(mongo).request("Create")["Data"]
        counted.append((server, *(data[f"Indexes{what}"] for what in ("Created", "Transformed", "LeftOut"))))
    assert counted == claims
