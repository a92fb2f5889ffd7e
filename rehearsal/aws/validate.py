"""Properties against their resource schema, with CloudFormation's messages.

CloudFormation converts scalars before it validates ("true" is a boolean, 5 is a string), so this does too. `format` is
left out: it names what a value refers to, which the schema cannot check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import regex

from aws.schemas import ResourceSchema, values_at

_FOUND = {dict: "JSONObject", list: "JSONArray", str: "String", bool: "Boolean", int: "Integer", float: "Double"}


def property_errors(schema: ResourceSchema, properties: dict[str, Any]) -> list[str]:
    """Everything CloudFormation would refuse in `properties`; empty when there is nothing."""
    found = list(_check(schema, schema.raw, properties, "#"))
    given = [
        "/properties/" + "/".join(path) for path in schema.read_only if any(True for _ in values_at(properties, path))
    ]
    if given:
        found.append(f"Encountered readonly properties in create request: [{', '.join(given)}]")
    return found


def _is(kind: str, value: Any) -> bool:
    scalar = isinstance(value, (str, int, float, bool))
    if kind == "string":
        return scalar
    if kind == "boolean":
        return isinstance(value, bool) or str(value).lower() in ("true", "false")
    if kind in ("integer", "number"):
        pattern = r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?([eE][+-]?\d+)?"
        return scalar and not isinstance(value, bool) and regex.fullmatch(pattern, str(value)) is not None
    return isinstance(value, {"object": dict, "array": list}.get(kind, object))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(schema: ResourceSchema, node: Any, value: Any, at: str) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    node = schema.resolve(node)
    kinds = node.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(_is(kind, value) for kind in kinds):
        wanted = " or ".join(k.capitalize() if k != "object" else "JSONObject" for k in kinds).replace(
            "Array", "JSONArray"
        )
        yield f"{at}: expected type: {wanted}, found: {_FOUND.get(type(value), 'Null')}"
        return
    if isinstance(value, dict):
        yield from _check_object(schema, node, value, at)
    elif isinstance(value, list):
        yield from _check_list(schema, node, value, at)
    elif value is not None:
        yield from _check_scalar(node, value, at, kinds)
    yield from _check_combined(schema, node, value, at)


def _check_object(schema: ResourceSchema, node: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
    properties, patterns = node.get("properties", {}), node.get("patternProperties", {})
    for key, member in value.items():
        matching = [sub for pattern, sub in patterns.items() if _matches(pattern, key)]
        if key in properties:
            yield from _check(schema, properties[key], member, f"{at}/{key}")
        elif matching:
            for sub in matching:
                yield from _check(schema, sub, member, f"{at}/{key}")
        elif node.get("additionalProperties") is False:
            yield f"{at}: extraneous key [{key}] is not permitted"
        else:
            yield from _check(schema, node.get("additionalProperties"), member, f"{at}/{key}")
    for key in node.get("required", []):
        if key not in value:
            yield f"{at}: required key [{key}] not found"
    one_of, any_of = node.get("requiredXor", []), node.get("requiredOr", [])
    if one_of and sum(key in value for key in one_of) != 1:
        yield f"{at}: exactly one of [{', '.join(one_of)}] is required"
    if any_of and not any(key in value for key in any_of):
        yield f"{at}: one of [{', '.join(any_of)}] is required"
    for key, needed in {**node.get("dependencies", {}), **node.get("dependentRequired", {})}.items():
        for other in needed if key in value and isinstance(needed, list) else []:
            if other not in value:
                yield f"{at}: property [{other}] is required beside [{key}]"
    for key, excluded in node.get("dependentExcluded", {}).items():
        for other in excluded if key in value else []:
            if other in value:
                yield f"{at}: property [{other}] is not permitted beside [{key}]"
    if len(value) < node.get("minProperties", 0):
        yield f"{at}: minimum size: [{node['minProperties']}], found: [{len(value)}]"
    if len(value) > node.get("maxProperties", len(value)):
        yield f"{at}: maximum size: [{node['maxProperties']}], found: [{len(value)}]"


def _check_list(schema: ResourceSchema, node: dict[str, Any], value: list[Any], at: str) -> Iterator[str]:
    for index, member in enumerate(value):
        yield from _check(schema, node.get("items"), member, f"{at}/{index}")
    if len(value) < node.get("minItems", 0):
        yield f"{at}: expected minimum item count: {node['minItems']}, found: {len(value)}"
    if len(value) > node.get("maxItems", len(value)):
        yield f"{at}: expected maximum item count: {node['maxItems']}, found: {len(value)}"
    if node.get("uniqueItems"):
        members = [json.dumps(member, sort_keys=True, default=str) for member in value]
        if len(set(members)) != len(members):
            yield f"{at}: array items are not unique"


def _check_scalar(node: dict[str, Any], value: Any, at: str, kinds: list[str]) -> Iterator[str]:
    text = _text(value)
    allowed = [_text(member) for member in node.get("enum", [])]
    if "enum" in node and text not in allowed:
        yield f"{at}: {text} is not a valid enum value, one of [{', '.join(allowed)}] is"
    loose = [str(member).lower() for member in node.get("enumCaseInsensitive", [])]
    if loose and text.lower() not in loose:
        yield f"{at}: {text} is not a valid enum value, one of [{', '.join(loose)}] is"
    if "const" in node and text != _text(node["const"]):
        yield f"{at}: {text} is not [{_text(node['const'])}]"
    if "pattern" in node and "string" in (kinds or ["string"]) and not _matches(node["pattern"], text):
        yield f"{at}: failed validation constraint for keyword [pattern], {text!r} does not match {node['pattern']}"
    if len(text) < node.get("minLength", 0):
        yield f"{at}: expected minLength: {node['minLength']}, actual: {len(text)}"
    if len(text) > node.get("maxLength", len(text)):
        yield f"{at}: expected maxLength: {node['maxLength']}, actual: {len(text)}"
    if _is("number", value):
        number = float(text)
        if number < node.get("minimum", number):
            yield f"{at}: {text} is not greater or equal to {node['minimum']}"
        if number > node.get("maximum", number):
            yield f"{at}: {text} is not less or equal to {node['maximum']}"
        if node.get("multipleOf") and number % node["multipleOf"]:
            yield f"{at}: {text} is not a multiple of {node['multipleOf']}"


def _check_combined(schema: ResourceSchema, node: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    def holds(sub: Any) -> bool:
        return next(_check(schema, sub, value, at), None) is None

    for sub in node.get("allOf", []):
        yield from _check(schema, sub, value, at)
    if "anyOf" in node and not any(holds(sub) for sub in node["anyOf"]):
        yield f"{at}: no subschema matched out of the total {len(node['anyOf'])} subschemas"
    if "oneOf" in node:
        # A branch that only names a format cannot be told from another one.
        telling = [sub for sub in node["oneOf"] if set(sub) - {"format", "description"}]
        matched = sum(holds(sub) for sub in telling)
        if telling and (matched == 0 or (matched > 1 and len(telling) == len(node["oneOf"]))):
            yield f"{at}: {matched} subschemas matched instead of one"
    if "not" in node and holds(node["not"]):
        yield f"{at}: the value is of a form that is not permitted"
    if "if" in node:
        yield from _check(schema, node.get("then" if holds(node["if"]) else "else"), value, at)


def _matches(pattern: str, text: str) -> bool:
    try:
        return regex.search(pattern, text) is not None
    except regex.error:
        # Java syntax that has no counterpart here; a pattern nobody can run refuses nothing.
        return True
