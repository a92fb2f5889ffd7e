"""Times the RAG API's statements on its own tables, on ours, and on ours with HNSW. Started by scripts/bench-rag.ts."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("lambda/common", "lambda/init-postgres", "rehearsal")]

import init_postgres  # noqa: E402
import initializer  # noqa: E402
from aws.processes import Processes, free_port  # noqa: E402
from aws.stores.certificates import Authority  # noqa: E402
from aws.stores.postgres import PostgresStore  # noqa: E402
from pg8000.native import Connection  # noqa: E402
from rag_data import ask, fill  # noqa: E402
from rag_forms import FORMS  # noqa: E402

# The RAG API's own tables, ours, ours with the option HnswDimensions.
COLUMNS = ("default", "ours", "hnsw")
GOALS = {"1 file": 100.0, "50 files": 10.0}
INSERTED = 500
# What RDS gives a server with 8 GB; the package's own 64 MB would make the build of the graph several times slower.
BUILD_MEMORY = "512MB"
MASTER, APPLICATION = "librechat_master", "librechat_rag"


class Bench:
    """One server with three databases of the same rows."""

    def __init__(self, store: PostgresStore, options: argparse.Namespace) -> None:
        self.store, self.options = store, options
        self.app = initializer.Login("bench/app", APPLICATION, secrets.token_urlsafe(16))
        self.connections: dict[str, Connection] = {}
        self.seconds: dict[str, float] = {}

    def prepare(self) -> None:
        self.store._sql(
            "postgres", f"ALTER SYSTEM SET maintenance_work_mem = '{BUILD_MEMORY}'; SELECT pg_reload_conf()"
        )
        for column in ("default", "ours"):
            self.initialize(column)
            with self.timed(column), self.connect(column) as connection:
                if column == "default":
                    connection.run("ALTER TABLE langchain_pg_embedding ALTER COLUMN embedding SET STORAGE EXTERNAL")
                    for index in list(init_postgres.INDEXES)[1:]:  # the RAG API makes only the first
                        connection.run(f"DROP INDEX {index}")
                fill(connection, self.options.chunks, self.options.dimensions, self.options.seed)
        self.store._sql("postgres", f"CREATE DATABASE rag_hnsw TEMPLATE rag_ours STRATEGY file_copy OWNER {MASTER}")
        with self.timed("hnsw"):
            self.initialize("hnsw", HnswDimensions=str(self.options.dimensions))
        for column in COLUMNS:
            self.connections[column] = self.connect(column)
            self.connections[column].run("VACUUM ANALYZE langchain_pg_embedding")

    def initialize(self, column: str, **options: str) -> None:
        master = initializer.Login("bench/master", self.store.user, self.store.password)
        deadline = time.monotonic() + 3600
        init_postgres.initialize(
            initializer.Job("localhost", self.store.port, f"rag_{column}", master, self.app, deadline, options)
        )

    def connect(self, column: str) -> Connection:
        # Past the TLS front, which is Python and costs more than the faster statements.
        port, database = self.store._backend, f"rag_{column}"
        return Connection(APPLICATION, host="127.0.0.1", port=port, database=database, password=self.app.password)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        print(f"{name} …", file=sys.stderr)
        start = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - start, 1)

    def measure(self) -> list[dict[str, Any]]:
        rows = []
        for name, files, statement, compared in FORMS:
            print(f"{name} …", file=sys.stderr)
            questions = ask(self.connections["ours"], self.options.questions + 1, files, self.options.seed)
            times: dict[str, list[float]] = {column: [] for column in COLUMNS}
            hits = dict.fromkeys(COLUMNS, 0)
            wanted = 0
            for number, question in enumerate(questions):
                sql, answers = statement(question), {}
                # In turns, each round in another order: a machine that is busy for a while is so for all.
                for turn in range(len(COLUMNS)):
                    column = COLUMNS[(number + turn) % len(COLUMNS)]
                    took, answers[column] = self.run(column, sql)
                    if number > 0:  # the first only warms the caches
                        times[column].append(took)
                if compared:
                    # A table without an index that fits is read as a whole: that answer is exact.
                    exact = {row[5] for row in answers["default"]}
                    wanted += len(exact)
                    for column in COLUMNS:
                        hits[column] += len(exact & {row[5] for row in answers[column]})
            used = {column: self.indexes(column, statement(questions[-1])) for column in COLUMNS}
            rows.append(
                {
                    "form": name,
                    **{column: summary(times[column], times["default"]) for column in COLUMNS},
                    "recall": {column: round(hits[column] / wanted, 3) for column in COLUMNS} if compared else None,
                    "indexes": used,
                }
            )
        return rows

    def run(self, column: str, sql: str) -> tuple[float, list[list[Any]]]:
        connection = self.connections[column]
        connection.run("BEGIN")
        start = time.perf_counter()
        answer = connection.run(sql)
        took = (time.perf_counter() - start) * 1000
        connection.run("ROLLBACK")
        return took, answer or []

    def indexes(self, column: str, sql: str) -> list[str]:
        [[plan]] = self.connections[column].run(f"EXPLAIN (FORMAT json) {sql}")
        found, nodes = set(), [plan[0]["Plan"]]
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", [])
            if node.get("Relation Name") != "langchain_pg_collection" and "Index Name" in node:
                found.add(node["Index Name"])
        return sorted(found - {"langchain_pg_collection_pkey"})

    def inserts(self) -> dict[str, Any]:
        for column in COLUMNS:
            self.connections[column].run(
                "CREATE TEMP TABLE more AS SELECT collection_id, embedding + lead(embedding) OVER (ORDER BY uuid) AS "
                "embedding, document, cmetadata, custom_id FROM (SELECT * FROM langchain_pg_embedding "
                f"ORDER BY uuid LIMIT {INSERTED + 1})"
            )
        times: dict[str, list[float]] = {column: [] for column in COLUMNS}
        for _ in range(5):
            for column in COLUMNS:
                took, _ = self.run(
                    column,
                    "INSERT INTO langchain_pg_embedding (uuid, collection_id, embedding, document, cmetadata, "
                    "custom_id) SELECT gen_random_uuid(), * FROM more WHERE embedding IS NOT NULL",
                )
                times[column].append(took)
        return {column: summary(times[column], times["default"]) for column in COLUMNS}

    def sizes(self) -> dict[str, int]:
        """Bytes of each index in the database that has all of them, and of the table, vectors included, in each."""
        sizes = dict(
            self.connections["hnsw"].run(
                "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index "
                "WHERE indrelid = 'langchain_pg_embedding'::regclass ORDER BY 1"
            )
        )
        for column in COLUMNS:
            [[sizes[f"table {column}"]]] = self.connections[column].run(
                "SELECT pg_table_size('langchain_pg_embedding')"
            )
        return sizes


def summary(times: list[float], against: list[float]) -> dict[str, float]:
    p50 = statistics.median(times)
    p95 = sorted(times)[min(len(times) - 1, round(len(times) * 0.95))]
    return {"p50Ms": round(p50, 3), "p95Ms": round(p95, 3), "ratio": round(statistics.median(against) / p50, 2)}


def run(options: argparse.Namespace) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="bench-rag-"))
    folder.chmod(0o755)  # PostgreSQL runs as nobody where we are root
    processes = Processes(folder / "processes")
    try:
        authority = Authority(folder / "tls")
        initializer.CA_BUNDLE = authority.ca
        initializer.log = lambda *_, **__: None
        store = PostgresStore(folder / "postgres", authority, processes, free_port())
        store.start(MASTER, secrets.token_urlsafe(16), None)
        bench = Bench(store, options)
        bench.prepare()
        [[rows, files]] = bench.connections["ours"].run(
            "SELECT count(*), count(DISTINCT custom_id) FROM langchain_pg_embedding"
        )
        measured = bench.measure()
        return {
            "server": store.server,
            "chunks": rows,
            "files": files,
            "dimensions": options.dimensions,
            "seed": options.seed,
            "questions": options.questions,
            "processors": os.cpu_count(),
            "seconds": bench.seconds,
            "forms": measured,
            "insert": {"chunks": INSERTED, **bench.inserts()},
            "bytes": bench.sizes(),
            "goals": [
                {"form": row["form"], "goal": GOALS[row["form"]], "ratio": row["ours"]["ratio"],
                 "recall": row["recall"]["ours"],
                 "met": row["ours"]["ratio"] >= GOALS[row["form"]] and row["recall"]["ours"] == 1}
                for row in measured if row["form"] in GOALS
            ],
        }  # fmt: skip
    finally:
        processes.end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    # As on an interrupt: the server is ended and its folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser()
    for name in ("chunks", "dimensions", "seed", "questions"):
        parser.add_argument(f"--{name}", type=int, required=True)
    print(json.dumps(run(parser.parse_args())))
