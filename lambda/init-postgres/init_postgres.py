"""Prepares PostgreSQL for the RAG API: role, database, pgvector, tables and the indexes its queries use.

The RAG API never runs as master. The master keeps the database, so the application's role can use it but not drop it;
the role owns the two tables, so the RAG API's own migrations and index flags keep working.
Every statement may run twice, and two runs at once wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import initializer
from initializer import InitializerError, Job, Login, ServerStartingError

if TYPE_CHECKING:
    from pg8000.native import Connection

# Every RDS and Aurora server has it, whatever the application's database is called.
MAINTENANCE_DATABASE = "postgres"
# Any constant of our own: it makes a retried invocation wait for the first one.
ADVISORY_LOCK = 7_302_114
CANNOT_CONNECT_NOW = "57P03"
QUERY_CANCELED = "57014"

# As SQLAlchemy makes them from langchain-community 0.4.2 with use_jsonb=True. The vector has no dimension.
TABLES = {
    "langchain_pg_collection": "name varchar, cmetadata json, uuid uuid NOT NULL PRIMARY KEY",
    "langchain_pg_embedding": (
        "collection_id uuid REFERENCES public.langchain_pg_collection (uuid) ON DELETE CASCADE, "
        "embedding public.vector, document varchar, cmetadata jsonb, custom_id varchar, uuid uuid NOT NULL PRIMARY KEY"
    ),
}
# The first is SQLAlchemy's. The others are what PGVECTOR_CREATE_LEGACY_INDEXES makes, under the same names: every query
# of the RAG API filters by file_id as text, which the GIN index cannot serve, and deletes look up custom_id.
INDEXES = {
    "ix_cmetadata_gin": "USING gin (cmetadata jsonb_path_ops)",
    "idx_langchain_pg_embedding_custom_id": "(custom_id)",
    "idx_langchain_pg_embedding_file_id": "((cmetadata ->> 'file_id'))",
}
# In the row while it fits there: the distance to each chunk of the files asked about is computed without a look-up in
# the TOAST table, which was most of the time (docs/DEPLOYMENT_OPTIMIZATION.md). Rows from before stay as they are.
INLINE = "ALTER COLUMN embedding SET STORAGE MAIN"
# Only on request: the queries above gain nothing by it (docs/DEPLOYMENT_OPTIMIZATION.md), and it needs a typed column.
HNSW = {
    "idx_langchain_pg_embedding_hnsw": "USING hnsw (embedding public.vector_cosine_ops) WITH (m=16, ef_construction=64)"
}
UNTYPED = -1
MOST_DIMENSIONS = 2000


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return initializer.handle(event, context, kind="postgres", initialize=initialize, explain=explain)


def initialize(job: Job) -> dict[str, str]:
    dimensions = wanted_dimensions(job)
    wanted = INDEXES if dimensions == UNTYPED else INDEXES | HNSW
    with session(job, job.master, MAINTENANCE_DATABASE) as server:
        server.run("SELECT pg_advisory_lock(:key)", key=ADVISORY_LOCK)
        role = ensure_role(server, job.app)
        database = ensure_database(server, job)
        with session(job, job.master, job.database) as connection:
            version = ensure_schema(connection, job)
            tables = ensure_tables(connection, job)
            ensure_dimensions(connection, dimensions)
            indexes = ensure_indexes(connection, wanted)
    # The proof that the application will get in: its own login, its own rights.
    with session(job, job.app, job.database) as connection:
        connection.run("SELECT FROM public.langchain_pg_embedding WHERE false")
    return {
        "Summary": f"role {job.app.username} {role}, database {job.database} {database}, vector {version}, "
        f"{len(TABLES)} tables ({tables} new), {len(wanted)} indexes ({indexes} new)",
        "Tables": str(len(TABLES)),
        "TablesCreated": str(tables),
        "Indexes": str(len(wanted)),
        "IndexesCreated": str(indexes),
    }


def ensure_role(server: Connection, app: Login) -> str:
    name = identifier(app.username)
    exists = server.run("SELECT FROM pg_roles WHERE rolname = :name", name=app.username)
    verb, done = ("ALTER", "updated") if exists else ("CREATE", "created")
    server.run(f"{verb} ROLE {name} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {literal(verifier(app.password))}")
    # rds_superuser is no superuser: from PostgreSQL 16 on, only a member of the role can give it tables.
    server.run(f"GRANT {name} TO CURRENT_USER")
    return done


def ensure_database(server: Connection, job: Job) -> str:
    database, role = identifier(job.database), identifier(job.app.username)
    found = server.run("SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = :name", name=job.database)
    if not found:
        server.run(f"CREATE DATABASE {database}")
    elif found[0][0] == job.app.username:  # the owner could drop it
        server.run(f"ALTER DATABASE {database} OWNER TO CURRENT_USER")
    # Grant before revoking: a running application must not lose its right in between.
    server.run(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}")
    server.run(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    return "present" if found else "created"


def ensure_schema(connection: Connection, job: Job) -> str:
    connection.run("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
    connection.run(f"GRANT USAGE, CREATE ON SCHEMA public TO {identifier(job.app.username)}")
    connection.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return str(connection.run("SELECT extversion FROM pg_extension WHERE extname = 'vector'")[0][0])


def ensure_tables(connection: Connection, job: Job) -> int:
    created = 0
    for table, columns in TABLES.items():
        created += not connection.run("SELECT WHERE to_regclass(:name) IS NOT NULL", name=f"public.{table}")
        connection.run(f"CREATE TABLE IF NOT EXISTS public.{table} ({columns})")
        connection.run(f"ALTER TABLE public.{table} OWNER TO {identifier(job.app.username)}")
    connection.run(f"ALTER TABLE public.langchain_pg_embedding {INLINE}")
    return created


def wanted_dimensions(job: Job) -> int:
    text = job.options.get("HnswDimensions", "")
    if text and not (text.isdecimal() and 1 <= int(text) <= MOST_DIMENSIONS):
        raise InitializerError(f"HnswDimensions must be empty or 1 to {MOST_DIMENSIONS}, got {text!r}")
    return int(text) if text else UNTYPED


def ensure_dimensions(connection: Connection, wanted: int) -> None:
    """Gives the column the type that HNSW needs, or frees it again, which lets any embedding model in."""
    table = "public.langchain_pg_embedding"
    [[present]] = connection.run(
        f"SELECT atttypmod FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'embedding'"
    )
    if present == wanted:
        return
    if wanted != UNTYPED and (
        # The server would refuse them as well, but name none and hold up the RAG API until it finds them.
        others := connection.run(
            f"SELECT public.vector_dims(embedding), count(*) FROM {table} "
            "WHERE public.vector_dims(embedding) <> :wanted GROUP BY 1 ORDER BY 2 DESC",
            wanted=wanted,
        )
    ):
        found = ", ".join(f"{dimensions} dimensions (rows: {rows})" for dimensions, rows in others)
        raise InitializerError(
            f"HnswDimensions is {wanted}, but vectors are there with {found}: embed those files again or drop it"
        )
    for index in HNSW:
        connection.run(f"DROP INDEX CONCURRENTLY IF EXISTS public.{index}")
    # Writes the table anew when it adds a dimension, not when it takes one away; all or nothing in both cases.
    dimension = "" if wanted == UNTYPED else f"({wanted})"
    connection.run(f"ALTER TABLE {table} ALTER COLUMN embedding TYPE public.vector{dimension}, {INLINE}")
    initializer.log("column changed", column="embedding", dimensions=None if wanted == UNTYPED else wanted)


def ensure_indexes(connection: Connection, wanted: dict[str, str]) -> int:
    created = 0
    for index, definition in wanted.items():
        valid = connection.run(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)", name=f"public.{index}"
        )
        if valid and valid[0][0]:
            continue
        # An interrupted concurrent build leaves an invalid index, which IF NOT EXISTS would take for the real one.
        connection.run(f"DROP INDEX IF EXISTS public.{index}")
        # Concurrently: on an update the RAG API is at work on this table.
        connection.run(f"CREATE INDEX CONCURRENTLY {index} ON public.langchain_pg_embedding {definition}")
        initializer.log("index created", index=index)
        created += 1
    return created


@contextmanager
def session(job: Job, login: Login, database: str) -> Iterator[Connection]:
    connection = initializer.wait_until_started(job, lambda: connect(job, login, database))
    try:
        yield connection
    finally:
        # Closing must not hide the error that ended the session, such as a connection that is gone.
        with suppress(Exception):
            connection.close()


def connect(job: Job, login: Login, database: str) -> Connection:
    from pg8000.exceptions import DatabaseError
    from pg8000.native import Connection

    sock = initializer.open_socket(job)
    try:
        return Connection(
            login.username,
            host=job.host,
            database=database,
            password=login.password,
            sock=sock,
            ssl_context=initializer.tls_context(),
            startup_params={
                # Names that the application's role creates in public must not be picked up by the master's session.
                "search_path": "pg_catalog",
                "statement_timeout": str(max(1, int(job.remaining() * 1000))),
            },
        )
    except Exception as error:
        sock.close()
        if isinstance(error, DatabaseError) and error.args[0].get("C") == CANNOT_CONNECT_NOW:
            raise ServerStartingError(explain(error)) from None
        raise InitializerError(f"{explain(error)} at {job.address}: check secret {login.secret}") from None


def explain(error: Exception) -> str:
    details = error.args[0] if error.args else None
    if isinstance(details, dict):  # the server's own words, under its protocol's field codes
        timed_out = details.get("C") == QUERY_CANCELED
        return "a statement did not finish in the time left" if timed_out else str(details.get("M"))
    cause = error.__cause__ or error
    return initializer.explain_connection(cause) or f"{type(cause).__name__}: {cause}"


def verifier(password: str) -> str:
    """What the server stores: sent instead of the password, so that no statement log can hold it."""
    from base64 import b64encode

    from scramp import ScramMechanism

    salt, stored, server, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(password)
    salt64, stored64, server64 = (b64encode(value).decode() for value in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
