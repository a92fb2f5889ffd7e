"""One provider for every resource type: checked by its schema, served by the emulator or from the schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws import native, schemas
from aws.attributes import Maker
from aws.emulator import Emulator
from aws.events import Events
from aws.mirror import Mirror
from aws.records import Record, records
from aws.report import Report
from aws.stores.manager import Stores
from aws.validate import property_errors

Answer = tuple[str, dict[str, Any]]

# By type: the property whose value protects from deletion, and that value.
_PROTECTED = {
    "AWS::Cognito::UserPool": ("DeletionProtection", "ACTIVE"),
    "AWS::DocDB::DBCluster": ("DeletionProtection", "true"),
    "AWS::EC2::Instance": ("DisableApiTermination", "true"),
    "AWS::RDS::DBCluster": ("DeletionProtection", "true"),
    "AWS::RDS::DBInstance": ("DeletionProtection", "true"),
    "AWS::Logs::LogGroup": ("DeletionProtectionEnabled", "true"),
}
_ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
_ORIGIN_IN_USE = (
    "Invalid request provided: AWS::CloudFront::VpcOrigin: The specified VPC origin is currently associated with one or"
    " more distributions. Please disassociate the VPC origin from all distributions before updating or deleting"
    " (Service: CloudFront, Status Code: 409)"
)


class Provider:
    def __init__(self, emulator: Emulator, stores: Stores, events: Events, report: Report, mirror: Mirror) -> None:
        self._emulator, self._stores, self._events, self._report = emulator, stores, events, report
        self._mirror = mirror
        self._adopted: set[str] = set(native.TYPES)

    def _schema(self, type_name: str) -> schemas.ResourceSchema | None:
        if type_name.startswith(schemas.UNCHECKED):
            return None
        return schemas.find(type_name, self._emulator.region())

    def adopt(self, type_name: str) -> None:
        """Serve a type from its schema, unless the emulator's own handler is the one to use."""
        schema = self._schema(type_name)
        if schema is None:
            if not type_name.startswith(schemas.UNCHECKED):
                # Unknown to CloudFormation in this region, whatever the emulator has for it.
                self._emulator.handlers.pop(type_name, None)
            return
        self._emulator.replacing[type_name] = tuple(path[0] for path in schema.create_only if len(path) == 1)
        if type_name in self._adopted:
            return
        self._adopted.add(type_name)
        self._emulator.handlers[type_name] = {
            "create": lambda logical_id, props, stack: self._create(type_name, logical_id, props, stack),
            "update": lambda physical_id, old, new, stack: self._update(type_name, physical_id, old, new),
            "delete": lambda physical_id, props: self._delete(type_name, physical_id, props),
            "snapshot": lambda physical_id, props: self._snapshot(type_name, physical_id),
        }
        if len(schema.primary) == 1 and len(schema.primary[0]) == 1 and schema.primary[0] not in schema.read_only:
            self._emulator.custom_names.setdefault(type_name, {"name": schema.primary[0][0]})

    # What the emulator calls for each resource of a stack, around its own functions.

    def provision(self, original: Callable[..., Answer]) -> Callable[..., Answer]:
        def provision(type_name: str, logical_id: str, props: dict[str, Any], stack: str) -> Answer:
            self._events.started(stack, logical_id, creates=True)
            self.adopt(type_name)
            self._check(type_name, logical_id, props)
            self._emulator.draw_name()
            physical_id, attributes = original(type_name, logical_id, props, stack)
            self._report.not_shown(stack, logical_id, type_name)
            return physical_id, self._complete(type_name, logical_id, props, stack, attributes)

        return provision

    def update(self, original: Callable[..., Answer]) -> Callable[..., Answer]:
        def update(
            type_name: str,
            physical_id: str,
            old: dict[str, Any],
            new: dict[str, Any],
            stack: str,
            logical_id: str | None = None,
            attributes: dict[str, Any] | None = None,
        ) -> Answer:
            if old == new:
                return physical_id, attributes or {}
            self._events.started(stack, logical_id or physical_id)
            self.adopt(type_name)
            self._check(type_name, logical_id or physical_id, new)
            if old.get("ServiceToken") != new.get("ServiceToken"):
                raise ValueError("Modifying service token is not allowed.")
            new_id, answered = original(type_name, physical_id, old, new, stack, logical_id, attributes)
            if new_id != physical_id or type_name.startswith(schemas.UNCHECKED):
                return new_id, answered
            return new_id, {**(attributes or {}), **answered}

        return update

    def delete(self, original: Callable[..., None]) -> Callable[..., None]:
        def delete(
            type_name: str,
            physical_id: str,
            props: dict[str, Any],
            stack: str | None = None,
            logical_id: str | None = None,
        ) -> None:
            done = self._events.cleaning_up(stack or "", logical_id or physical_id, type_name, physical_id)
            name, value = _PROTECTED.get(type_name, ("", ""))
            protected = bool(name) and str(props.get(name)).lower() == value.lower()
            if protected and self._mirror.is_unprotected(type_name, physical_id):
                protected = False
            if protected or _balancer_protected(type_name, props):
                raise ValueError(f"{physical_id} cannot be deleted because deletion protection is enabled")
            if user := self._mirror.user_of(type_name, physical_id):
                raise ValueError(f"{physical_id} has dependencies and cannot be deleted: {user} uses it")
            original(type_name, physical_id, props, stack, logical_id)
            done()

        return delete

    def _check(self, type_name: str, logical_id: str, props: dict[str, Any]) -> None:
        schema = self._schema(type_name)
        errors = property_errors(schema, _without_stack_tags(props)) if schema else []
        if errors:
            raise ValueError(
                f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(errors)
            )

    def _maker(self, type_name: str, logical_id: str, props: dict[str, Any], stack: str) -> Maker | None:
        schema = self._schema(type_name)
        if schema is None:
            return None
        region, account = self._emulator.region(), self._emulator.account()
        return Maker(schema, props, region, account, lambda longest: self._emulator.name(stack, logical_id, longest))

    def _complete(
        self, type_name: str, logical_id: str, props: dict[str, Any], stack: str, attributes: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the attributes that a handler of the emulator leaves out."""
        maker = self._maker(type_name, logical_id, props, stack)
        return {**maker.attributes(), **attributes} if maker and type_name in native.TYPES else attributes

    def _create(self, type_name: str, logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        maker = self._maker(type_name, logical_id, props, stack)
        if maker is None:
            raise ValueError(f"Unsupported resource type: {type_name}")
        physical_id = maker.physical_id()
        if (type_name, physical_id) in records and type_name in self._emulator.custom_names:
            raise ValueError(f"Resource of type '{type_name}' with identifier '{physical_id}' already exists.")
        record = Record(type_name, physical_id, logical_id, stack, props, maker.attributes())
        records[type_name, physical_id] = record
        try:
            self._stores.created(record)
            if type_name == _ATTACHMENT:
                native.attach_secret(props, "create")
            self._mirror.created(record)
        except Exception:
            self._stores.deleted(record)
            del records[type_name, physical_id]
            raise
        return physical_id, record.attributes

    def _update(self, type_name: str, physical_id: str, old: dict[str, Any], new: dict[str, Any]) -> Answer:
        _refuse_in_use(type_name, physical_id)
        record = records[type_name, physical_id]
        record.properties = new
        for name in set(record.attributes) & set(new):
            record.attributes[name] = new[name]
        self._stores.updated(record, old)
        self._mirror.updated(record)
        if type_name == _ATTACHMENT:
            native.attach_secret(new, "update")
        return physical_id, record.attributes

    def _delete(self, type_name: str, physical_id: str, props: dict[str, Any]) -> None:
        _refuse_in_use(type_name, physical_id)
        record = records.pop((type_name, physical_id), None)
        if record:
            self._stores.deleted(record)
            self._mirror.deleted(record)
        if type_name == _ATTACHMENT:
            native.attach_secret(props, "delete")

    def _snapshot(self, type_name: str, physical_id: str) -> None:
        record = records.get((type_name, physical_id))
        if record:
            note = "taken" if self._mirror.snapshot(record) else "a final snapshot was due; none was taken here"
            entry = {
                "stack": record.stack,
                "logicalId": record.logical_id,
                "type": type_name,
                "physicalId": physical_id,
            }
            self._report.add("snapshots", {**entry, "note": note})


def _refuse_in_use(type_name: str, physical_id: str) -> None:
    """CloudFront changes and deletes no VPC origin that a distribution uses, not even its tags."""
    if type_name == "AWS::CloudFront::VpcOrigin" and any(
        record.type_name == "AWS::CloudFront::Distribution"
        and physical_id in json.dumps(record.properties, default=str)
        for record in list(records.values())
    ):
        raise ValueError(_ORIGIN_IN_USE)


def _without_stack_tags(props: dict[str, Any]) -> dict[str, Any]:
    """The template's own properties: the emulator hands them over with CloudFormation's tags mixed in."""
    kept = {}
    for name, value in props.items():
        own = value
        if "Tags" in name and isinstance(value, dict):
            own = {key: member for key, member in value.items() if not key.startswith("aws:")}
        elif "Tags" in name and isinstance(value, list):
            own = [t for t in value if not (isinstance(t, dict) and str(t.get("Key", "")).startswith("aws:"))]
        if own or not value:
            kept[name] = own
    return kept


def _balancer_protected(type_name: str, props: dict[str, Any]) -> bool:
    settings = props.get("LoadBalancerAttributes") or [] if type_name.endswith("::LoadBalancer") else []
    return any(
        s.get("Key") == "deletion_protection.enabled" and str(s.get("Value")).lower() == "true" for s in settings
    )
