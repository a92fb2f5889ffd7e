"""What CloudFormation refuses in a template before it touches anything: names that lead nowhere, and circles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aws import schemas

_PSEUDO = "AWS::"


def check(template: dict[str, Any], conditions: dict[str, bool], region: str) -> None:
    """Raise ValueError with CloudFormation's sentence for the first thing it would refuse."""
    resources = {
        name: definition
        for name, definition in (template.get("Resources") or {}).items()
        if isinstance(definition, dict) and conditions.get(definition.get("Condition", ""), True)
    }
    parameters = set(template.get("Parameters") or {})
    outputs = {
        name: output
        for name, output in (template.get("Outputs") or {}).items()
        if isinstance(output, dict) and conditions.get(output.get("Condition", ""), True)
    }
    needs = {name: set[str]() for name in resources}
    for section, members in (("Resources", resources), ("Outputs", outputs)):
        missing = set()
        for name, definition in members.items():
            body = definition.get("Properties") if section == "Resources" else definition
            for target, attribute in _references(body, conditions):
                if target.startswith(_PSEUDO) or (target in parameters and attribute is None):
                    continue
                if target not in resources:
                    missing.add(target)
                    continue
                if attribute is not None:
                    _check_attribute(target, resources[target], attribute, region)
                if section == "Resources" and target != name:
                    needs[name].add(target)
            for target in _depends_on(definition):
                if target not in (template.get("Resources") or {}):
                    missing.add(target)
                elif target in resources:
                    needs[name].add(target)
        if missing:
            raise ValueError(
                "Template format error: Unresolved resource dependencies "
                f"[{', '.join(sorted(missing))}] in the {section} block of the template"
            )
    _check_circle(needs)


def _depends_on(definition: dict[str, Any]) -> list[str]:
    named = definition.get("DependsOn", [])
    return [named] if isinstance(named, str) else list(named)


def _check_attribute(target: str, definition: dict[str, Any], attribute: str, region: str) -> None:
    type_name = definition.get("Type", "")
    schema = schemas.find(type_name, region)
    if schema is None or type_name.startswith(schemas.UNCHECKED):
        return
    if schema.attributes.get(attribute) is None:
        raise ValueError(f"Template error: resource {target} does not support attribute type {attribute} in Fn::GetAtt")


def _references(node: Any, conditions: dict[str, bool]) -> Iterator[tuple[str, str | None]]:
    """Every Ref, Fn::GetAtt and Fn::Sub name, in the branches of Fn::If that are taken."""
    if isinstance(node, list):
        for member in node:
            yield from _references(member, conditions)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str) and len(node) == 1:
            yield value, None
        elif key == "Fn::GetAtt" and len(node) == 1:
            parts = value.split(".", 1) if isinstance(value, str) else value
            if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
                yield parts[0], parts[1]
            else:
                yield from _references(value, conditions)
        elif key == "Fn::Sub":
            text, bound = (value[0], value[1]) if isinstance(value, list) else (value, {})
            for variable in re.findall(r"\$\{([^!}][^}]*)\}", str(text)):
                if variable not in bound:
                    name, _, attribute = variable.partition(".")
                    yield name, attribute or None
            yield from _references(bound, conditions)
        elif key == "Fn::If" and isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            yield from _references(value[1 if conditions.get(value[0], True) else 2], conditions)
        else:
            yield from _references(value, conditions)


def _check_circle(needs: dict[str, set[str]]) -> None:
    left = {name: set(targets) for name, targets in needs.items()}
    while free := [name for name, targets in left.items() if not targets & set(left)]:
        for name in free:
            del left[name]
    # What only waits for a circle is not part of it.
    while ends := [
        name for name in left if not any(name in targets for other, targets in left.items() if other != name)
    ]:
        for name in ends:
            del left[name]
    if left:
        raise ValueError(f"Circular dependency between resources: [{', '.join(sorted(left))}]")
