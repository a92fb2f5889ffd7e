"""Prepares DocumentDB (or MongoDB) for LibreChat: collections, indexes and the application's user.

Collections come first because DocumentDB refuses transactions on missing ones. Indexes are built one after the other:
it refuses a second build on the same collection (40333), into which two starting replicas would run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import initializer
from docdb_indexes import CollectionIndexes, Report
from initializer import InitializerError, Job, Login, ServerStartingError

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

    Client = MongoClient[dict[str, Any]]

# Generated from LibreChat's models by scripts/generate-docdb-indexes.ts.
DATA_FILE = Path(__file__).with_name("librechat-indexes.json")
# LibreChat writes to it when it probes for transactions, which works on existing collections only.
PROBE_COLLECTION = "__transaction_test__"
AUTHENTICATION_FAILED = 18


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return initializer.handle(event, context, kind="docdb", initialize=initialize, explain=explain)


def initialize(job: Job) -> dict[str, str]:
    data = json.loads(DATA_FILE.read_text("utf-8"))
    report = Report()
    with session(job, job.master) as client:
        database = client[job.database]
        user = ensure_user(client, job)
        names = [collection["name"] for collection in data["collections"]]
        created = ensure_collections(database, [*names, PROBE_COLLECTION])
        for collection in data["collections"]:
            CollectionIndexes(database[collection["name"]], collection["indexes"], report, job.remaining).ensure()
    # The proof that the application will get in: its own login, its own rights.
    with session(job, job.app) as client:
        client[job.database][PROBE_COLLECTION].find_one({})
    if report.duplicates:
        raise InitializerError(
            f"duplicate values prevent unique indexes on {'; '.join(report.duplicates)} at {job.address}, database "
            f"{job.database}: remove them and deploy again (login of secret {job.master.secret})"
        )
    return {
        "Summary": f"user {job.app.username} {user}, {len(names) + 1} collections ({created} new), {report.summary()} "
        f"from {data['source']}",
        "Collections": str(len(names) + 1),
        "CollectionsCreated": str(created),
        **report.counts(),
        # For who reads it at deploy time; a custom resource's answer may hold 4 kB.
        "Differences": "; ".join([*report.transformed, *report.left_out])[:2000] or "none",
    }


def ensure_user(client: Client, job: Job) -> str:
    # DocumentDB keeps every user in admin. readWrite can neither drop the database nor touch users.
    roles = [{"role": "readWrite", "db": job.database}]
    exists = client.admin.command("usersInfo", job.app.username)["users"]
    verb, done = ("updateUser", "updated") if exists else ("createUser", "created")
    client.admin.command(verb, job.app.username, pwd=job.app.password, roles=roles)
    return done


def ensure_collections(database: Database[dict[str, Any]], names: list[str]) -> int:
    missing = sorted(set(names) - set(database.list_collection_names()))
    for name in missing:
        database.create_collection(name, check_exists=False)
    return len(missing)


@contextmanager
def session(job: Job, login: Login) -> Iterator[Client]:
    client = initializer.wait_until_started(job, lambda: connect(job, login))
    try:
        yield client
    finally:
        client.close()


def connect(job: Job, login: Login) -> Client:
    from pymongo import MongoClient

    try:
        # The driver waits for any server for as long as it is told to; a plain connection says at once what is wrong.
        with initializer.tls_context().wrap_socket(initializer.open_socket(job), server_hostname=job.host):
            pass
        client: Client = MongoClient(
            job.host,
            job.port,
            username=login.username,
            password=login.password,
            authSource="admin",
            authMechanism="SCRAM-SHA-1",  # DocumentDB 5.0.0 knows no other; MongoDB still has it
            tls=True,
            tlsCAFile=str(initializer.CA_BUNDLE),
            retryWrites=False,  # DocumentDB has none
            directConnection=True,  # the cluster's endpoint is the writer
            serverSelectionTimeoutMS=10_000,
            socketTimeoutMS=max(1000, int(job.remaining() * 1000)),
        )
        try:
            client.admin.command("ping")
        except Exception:
            client.close()
            raise
        return client
    except ServerStartingError:
        raise
    except Exception as error:
        refused = getattr(error, "code", None) == AUTHENTICATION_FAILED
        cause = f'password authentication failed for user "{login.username}"' if refused else explain(error)
        raise InitializerError(f"{cause} at {job.address}: check secret {login.secret}") from None


def explain(error: Exception) -> str:
    details = getattr(error, "details", None)
    message = details.get("errmsg") if isinstance(details, dict) else None
    return str(message or initializer.explain_connection(error) or f"{type(error).__name__}: {error}")
