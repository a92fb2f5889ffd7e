"""A table of chunks as a RAG API fills it, made by the server itself: the same seed gives the same rows.

A chunk lies near its topic, nearer to its file, and a little off both; files of one topic compete for a question, as
they do with real embeddings. Independent random vectors would be equally far from everything, which no index can use.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pg8000.native import Connection

COLLECTION = "5f0c7f0e-6a5e-4c4e-9d2e-3a1c7a2b9d10"
CHUNKS_PER_FILE = 50
TOPICS = 400
# Vectors that the chunks are added up from: enough that no two sums are alike, few enough to be made in a second.
POOL = 4096
WORDS = (
    "the of and a to in is that for it as with on by this be are from at which or an not we can has will report table "
    "figure system model data value result method policy customer invoice contract server network patient energy market"
)


@dataclass(frozen=True)
class Question:
    """What one user asks: a vector, and the files that the question is limited to."""

    vector: str
    files: list[str]
    owners: list[str]


def fill(connection: Connection, chunks: int, dimensions: int, seed: int) -> None:
    """Files in the order of their upload, from a few pages to a thousand; sizes fall off as in Zipf's law."""
    for statement in (
        "SET work_mem = '512MB'",
        f"SELECT setseed({(seed % 1000) / 1000})",
        f"CREATE TEMP TABLE far AS {_vectors(dimensions, 1.0)}",
        f"CREATE TEMP TABLE near AS {_vectors(dimensions, 0.6)}",
        f"CREATE TEMP TABLE texts AS SELECT i, (SELECT string_agg((string_to_array('{WORDS}', ' '))"
        "[1 + (random() * 47)::int], ' ') FROM generate_series(1, 240) WHERE i >= 0) AS words "
        "FROM generate_series(0, 511) AS i",
        "CREATE TEMP TABLE files AS WITH ranks AS ("
        "SELECT rank, (rank + 10) ^ -0.9 AS weight "
        f"FROM generate_series(1, {max(60, chunks // CHUNKS_PER_FILE)}) AS rank) "
        f"SELECT row_number() OVER (ORDER BY hashint8extended(rank, {seed})) AS file, "
        f"md5('{seed}/' || rank)::uuid::text AS id, ceil({chunks} * weight / sum(weight) OVER ())::bigint AS size "
        "FROM ranks",
        "ANALYZE files, far, near, texts",
        f"INSERT INTO langchain_pg_collection (uuid, name) VALUES ('{COLLECTION}', 'testcollection')",
        "INSERT INTO langchain_pg_embedding (uuid, collection_id, embedding, document, cmetadata, custom_id) "
        f"SELECT md5(id || '/' || chunk)::uuid, '{COLLECTION}', far.v + a.v + b.v + c.v, words, jsonb_build_object("
        "'file_id', id, 'user_id', 'user-' || file % 200, 'digest', md5(id || chunk), 'page', chunk / 3, "
        "'source', './uploads/user-' || file % 200 || '/' || id || '.pdf'), id "
        "FROM files CROSS JOIN generate_series(1, size) AS chunk "
        f"JOIN far ON far.i = file % {TOPICS} JOIN near AS a ON a.i = {_hash('file', seed)} "
        f"JOIN near AS b ON b.i = {_hash('file << 20 | chunk', seed + 1)} "
        f"JOIN near AS c ON c.i = {_hash('file << 20 | chunk', seed + 2)} "
        f"JOIN texts ON texts.i = {_hash('file << 20 | chunk', seed + 3)} % 512 ORDER BY file, chunk",
        # As autovacuum leaves a table that has been in use for a while.
        "VACUUM ANALYZE langchain_pg_embedding",
    ):
        connection.run(statement)


def _vectors(dimensions: int, deviation: float) -> str:
    # The condition makes each row compute its own: an uncorrelated subquery runs only once.
    numbers = f"SELECT array_agg(random_normal(0, {deviation})) FROM generate_series(1, {dimensions}) WHERE i >= 0"
    return f"SELECT i, ({numbers})::vector AS v FROM generate_series(0, {POOL - 1}) AS i"


def _hash(expression: str, seed: int) -> str:
    return f"(hashint8extended({expression}, {seed}) & {POOL - 1})"


def ask(connection: Connection, count: int, files: int, seed: int) -> list[Question]:
    """Questions about something that one of the files says, each about other files."""
    chosen = random.Random(f"{seed}/{files}")  # noqa: S311 - reproducible on purpose
    everything = connection.run(
        "SELECT custom_id, min(cmetadata ->> 'user_id') FROM langchain_pg_embedding GROUP BY 1 ORDER BY 1"
    )
    questions = []
    for _ in range(count):
        sample = chosen.sample(everything, files)
        # A neighbor of the passage that is meant, not the passage itself: people do not quote.
        [[vector]] = connection.run(
            "SELECT (embedding + (SELECT embedding - lead FROM (SELECT embedding, lead(embedding) OVER (ORDER BY uuid) "
            "FROM (SELECT uuid, embedding FROM langchain_pg_embedding WHERE custom_id = :file ORDER BY uuid LIMIT 2)) "
            "LIMIT 1))::text FROM langchain_pg_embedding WHERE custom_id = :file ORDER BY md5(uuid::text) LIMIT 1",
            file=sample[0][0],
        )
        questions.append(Question(vector, [name for name, _ in sample], sorted({owner for _, owner in sample})))
    return questions
