"""Brings one collection's indexes to what LibreChat's models ask for, whatever an earlier version left there.

The server is asked first and only its refusal is acted on, so MongoDB gets everything and DocumentDB what it can do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from initializer import InitializerError, log

if TYPE_CHECKING:
    from pymongo.collection import Collection
    from pymongo.errors import OperationFailure

    Documents = Collection[dict[str, Any]]

Index = dict[str, Any]

DUPLICATE_KEY = 11000
# Same name or same keys with other options.
CONFLICTS = {85, 86}
# DocumentDB builds one index per collection at a time.
BUILD_IN_PROGRESS = 40333
# Cannot create index, invalid options, bad value, failed to parse, command or feature not supported (DocumentDB: 303).
REFUSALS = {2, 9, 67, 72, 115, 197, 303}
GUARD = "__guard"
BUILD_POLL_SECONDS = 1.0


@dataclass
class Report:
    """What became of the models' indexes; every difference has a reason."""

    present: int = 0
    created: int = 0
    replaced: int = 0
    transformed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    def summary(self) -> str:
        new, differ = self.created + self.replaced, len(self.transformed) + len(self.left_out)
        details = f"{new} new, {self.replaced} of them replaced, {len(self.transformed)} transformed"
        return f"{self.present + new + differ} indexes ({details}, {len(self.left_out)} left out)"

    def counts(self) -> dict[str, str]:
        counts = {"Present": self.present, "Created": self.created, "Replaced": self.replaced}
        differences = {"Transformed": len(self.transformed), "LeftOut": len(self.left_out)}
        return {f"Indexes{what}": str(count) for what, count in {**counts, **differences}.items()}


class CollectionIndexes:
    """One collection: what is wanted, and what is there now."""

    def __init__(
        self, documents: Documents, wanted: list[Index], report: Report, remaining: Callable[[], float]
    ) -> None:
        self.documents = documents
        # Unique first: an old unique index may only go once the one that follows it is there.
        self.wanted = sorted(wanted, key=lambda index: not index["options"].get("unique", False))
        self.report = report
        self.remaining = remaining
        self.existing = {index["name"]: index for index in documents.list_indexes()}
        self.has_duplicates = False

    def ensure(self) -> None:
        for index in self.wanted:
            self._ensure(index)
        # Left by a run that was cut short. The index that a guard stood in for is there by now.
        for guard in [name for name in self.existing if name.endswith(GUARD)]:
            self._drop(guard)

    def _ensure(self, index: Index) -> None:
        from pymongo.errors import OperationFailure

        options, substitute = index["options"], index.get("documentDb")
        there = self.existing.get(index["name"])
        if there and shape(there) == shape({"key": index["keys"], **options}):
            self.report.present += 1
        elif there and substitute and shape(there) == shape({"key": index["keys"], **substitute["options"]}):
            self._explain(self.report.transformed, index, f"transformed: {substitute['reason']}")
        else:
            try:
                self._build(index["name"], index["keys"], options)
                self.report.created += 1
            except OperationFailure as error:
                self._react(index, error)

    def _react(self, index: Index, error: OperationFailure) -> None:
        substitute = index.get("documentDb")
        if error.code == DUPLICATE_KEY:
            # Field names only: the values are people's data, and this ends up in CloudFormation's events.
            self.has_duplicates = True
            self.report.duplicates.append(f"{self.documents.name} ({', '.join(index['keys'])})")
        elif error.code in CONFLICTS and self._rivals(index):
            self._replace(index)
        elif error.code in REFUSALS and substitute:
            self._build(index["name"], index["keys"], substitute["options"])
            self._explain(self.report.transformed, index, f"transformed: {substitute['reason']}")
        elif error.code in REFUSALS | CONFLICTS and not index["options"].get("unique"):
            self._explain(self.report.left_out, index, f"left out: the server says {words(error)}")
        else:
            raise InitializerError(f"cannot create index {self._path(index)}: {words(error)}")

    def _rivals(self, index: Index) -> list[str]:
        """What stands in the index's place: the same name, or the same keys under a name that nobody wants any more."""
        others = {other["name"] for other in self.wanted} - {index["name"]}
        keys = key_list(index["keys"])
        return [
            name
            for name, there in self.existing.items()
            if name == index["name"] or (key_list(there["key"]) == keys and name not in others)
        ]

    def _replace(self, index: Index) -> None:
        """Swaps an index for its successor; a unique one is never missing in between.

        A guard, the successor with its directions turned round, forbids the same duplicates and may stand beside both
        on either server. If duplicates prevent it, nothing has been dropped yet.
        """
        from pymongo.errors import OperationFailure

        rivals = self._rivals(index)
        unique_rivals = [name for name in rivals if self.existing[name].get("unique")]
        guard = index["name"] + GUARD
        if index["options"].get("unique") and guard not in self.existing:
            turned = {key: -direction for key, direction in index["keys"].items()}
            try:
                self._build(guard, turned, index["options"])
            except OperationFailure as error:
                if error.code != DUPLICATE_KEY:
                    raise
                self._react(index, error)
                return
            self.existing[guard] = {"name": guard, "key": turned}
        elif unique_rivals and self.has_duplicates:
            kept = f"unique index {unique_rivals[0]} stays until its successor can be built"
            self._explain(self.report.left_out, index, f"left out: {kept}")
            return
        for rival in rivals:
            self._drop(rival)
        self._build(index["name"], index["keys"], index["options"])
        self.report.replaced += 1

    def _build(self, name: str, keys: dict[str, int], options: dict[str, Any]) -> None:
        from pymongo.errors import OperationFailure

        while True:
            if self.remaining() <= 0:
                raise InitializerError(f"no time left to create index {self.documents.name}.{name}")
            try:
                # In the background: on an update the application is at work on this collection.
                self.documents.create_index(list(keys.items()), name=name, background=True, **options)
                return
            except OperationFailure as error:
                if error.code != BUILD_IN_PROGRESS:
                    raise
            time.sleep(BUILD_POLL_SECONDS)

    def _drop(self, name: str) -> None:
        self.documents.drop_index(name)
        del self.existing[name]
        log("index dropped", collection=self.documents.name, index=name)

    def _explain(self, differences: list[str], index: Index, reason: str) -> None:
        differences.append(f"{self._path(index)} {reason}")
        log("index differs from LibreChat's model", index=self._path(index), reason=reason)

    def _path(self, index: Index) -> str:
        return f"{self.documents.name}.{index['name']}"


def shape(index: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two indexes the same, however the server words it."""
    ttl = index.get("expireAfterSeconds")
    flags = [bool(index.get(flag)) for flag in ("unique", "sparse", "hidden")]
    filters = sorted(clauses(index.get("partialFilterExpression") or {}))
    return (key_list(index["key"]), flags, None if ttl is None else int(ttl), filters, index.get("collation"))


def key_list(keys: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, int(kind) if isinstance(kind, float) else kind) for key, kind in keys.items()]


def clauses(expression: dict[str, Any]) -> list[tuple[str, str]]:
    """A filter as (field, condition) pairs: DocumentDB shows {a: 1} as {a: {$eq: 1}} and may wrap clauses in $and."""
    found: list[tuple[str, str]] = []
    for name, condition in expression.items():
        if name == "$and":
            found += [clause for part in condition for clause in clauses(part)]
            continue
        parts = condition if isinstance(condition, dict) else {"$eq": condition}
        found += [(name, json.dumps([operator, value], default=str)) for operator, value in parts.items()]
    return found


def words(error: OperationFailure) -> str:
    return str((error.details or {}).get("errmsg", error))
