"""CloudFormation's own resource schemas, as cfn-lint bundles them for each region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Path = tuple[str, ...]

# Types without a provider schema of their own, or whose properties are the author's business.
UNCHECKED = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "AWS::CDK::Metadata")


@dataclass(frozen=True)
class ResourceSchema:
    """One resource type: what may be set, what is answered, what replaces."""

    type_name: str
    raw: dict[str, Any]
    # What Fn::GetAtt may name; a key may be a pattern ("Outputs\\..*").
    attributes: Any
    read_only: list[Path] = field(default_factory=list)
    create_only: list[Path] = field(default_factory=list)
    conditional: list[Path] = field(default_factory=list)
    primary: list[Path] = field(default_factory=list)

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """`node` with its `$ref` followed; keywords beside the reference count too."""
        while "$ref" in node:
            target: Any = self.raw
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def at(self, path: Path) -> dict[str, Any]:
        """The schema of the property at `path`, or an empty one."""
        node: dict[str, Any] = self.raw
        for part in path:
            node = self.resolve(node)
            node = node.get("items", {}) if part == "*" else node.get("properties", {}).get(part, {})
        return self.resolve(node)


def _paths(raw: dict[str, Any], key: str) -> list[Path]:
    return [tuple(pointer.split("/")[2:]) for pointer in raw.get(key) or []]


@cache
def find(type_name: str, region: str) -> ResourceSchema | None:
    """The schema of a type in a region; None where CloudFormation does not know it there."""
    # Imported late: cfn-lint takes seconds to import, and the emulator can answer before that.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_name)
    except ResourceNotFoundError:
        return None
    raw = found.schema
    return ResourceSchema(
        type_name=type_name,
        raw=raw,
        attributes=found.get_atts,
        read_only=_paths(raw, "readOnlyProperties"),
        create_only=_paths(raw, "createOnlyProperties"),
        conditional=_paths(raw, "conditionalCreateOnlyProperties"),
        primary=_paths(raw, "primaryIdentifier"),
    )


def values_at(value: Any, path: Path) -> Iterator[Any]:
    """Every value a property path names; `*` stands for each member of a list."""
    if not path:
        yield value
    elif path[0] == "*" and isinstance(value, list):
        for member in value:
            yield from values_at(member, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from values_at(value[path[0]], path[1:])


def replaces(schema: ResourceSchema, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether an update changes a create-only property, nested ones included."""
    return any(list(values_at(old, path)) != list(values_at(new, path)) for path in schema.create_only)


def recreation(schema: ResourceSchema, name: str) -> str:
    """What a change set says of a changed property: Always, Conditionally or Never replaced."""
    if (name,) in schema.create_only:
        return "Always"
    nested = any(path[0] == name for path in schema.create_only)
    return "Conditionally" if nested or any(path[0] == name for path in schema.conditional) else "Never"
