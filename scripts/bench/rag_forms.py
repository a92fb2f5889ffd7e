"""The statements of the RAG API v0.9.0, as SQLAlchemy sends them, with the values in the text as psycopg2 puts them."""

from __future__ import annotations

from collections.abc import Callable

from rag_data import COLLECTION, Question


def nearest(question: Question, condition: str) -> str:
    """similarity_search, limited to files or not. Both of the HTTP interface's query routes limit it."""
    return (
        "SELECT e.collection_id, e.embedding, e.document, e.cmetadata, e.custom_id, e.uuid::text, "
        f"e.embedding <=> '{question.vector}' AS distance FROM langchain_pg_embedding AS e "
        "JOIN langchain_pg_collection AS c ON e.collection_id = c.uuid "
        f"WHERE e.collection_id = '{COLLECTION}'::uuid{condition} ORDER BY distance ASC LIMIT 4"
    )


def quoted(values: list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def equal(question: Question) -> str:
    return nearest(question, f" AND (e.cmetadata ->> 'file_id') = '{question.files[0]}'")


def among(question: Question) -> str:
    return nearest(question, f" AND (e.cmetadata ->> 'file_id') IN ({quoted(question.files)})")


def everywhere(question: Question) -> str:
    return nearest(question, "")


def scoped(question: Question) -> str:
    return (
        f"FROM langchain_pg_embedding WHERE collection_id = '{COLLECTION}'::uuid AND custom_id IN "
        f"({quoted(question.files)}) AND (cmetadata ->> 'user_id') IN ({quoted(question.owners)})"
    )


def lookup(question: Question) -> str:
    return f"SELECT DISTINCT custom_id {scoped(question)}"


def delete(question: Question) -> str:
    return f"DELETE {scoped(question)}"


# Name, files in the question, statement, whether it is a search whose answers can be compared.
FORMS: tuple[tuple[str, int, Callable[[Question], str], bool], ...] = (
    ("1 file", 1, equal, True),
    ("5 files", 5, among, True),
    ("50 files", 50, among, True),
    ("no filter", 1, everywhere, True),
    ("lookup", 1, lookup, False),
    ("delete", 1, delete, False),
)
