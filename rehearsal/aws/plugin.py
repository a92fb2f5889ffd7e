"""Fills the emulator's seams: the one place that says what of it is changed."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws import lambdas, native, passwords, schemas, template_checks
from aws.emulator import Emulator, replace, seam
from aws.events import Events
from aws.faults import Faults
from aws.mirror import Mirror
from aws.processes import Processes
from aws.provider import Provider
from aws.report import Report
from aws.stores.certificates import Authority
from aws.stores.manager import SLOW_TYPES, Stores

_CFN = "ministack.services.cloudformation"
_RUNTIME = "ministack.core.lambda_runtime"
_LIST_TYPES = ("CommaDelimitedList", "List<", "AWS::SSM::Parameter::Value<List<", "AWS::SSM::Parameter::Value<Comma")


def install(state: Path, children: Processes) -> Callable[[], None]:
    """Patch the emulator; the answer stops the stores."""
    emulator = Emulator()
    report = Report(state / "report.json")
    authority = Authority(state / "ca")
    stores = Stores(state / "stores", authority, children, report)
    events = Events(emulator, report)
    provider = Provider(emulator, stores, events, report, Mirror(emulator))

    native.correct(emulator.handlers, emulator.name)
    replace(f"{_CFN}.provisioners", "_cw_metric_alarm_record", native.alarms_on_math)
    replace(f"{_CFN}.provisioners", "_provision_resource", provider.provision)
    replace(f"{_CFN}.provisioners", "_update_resource", provider.update)
    replace(f"{_CFN}.provisioners", "_delete_resource", provider.delete)
    replace(f"{_CFN}.provisioners", "_replacing_change", _replacing(emulator))
    replace(f"{_CFN}.provisioners", "_property_recreation", _recreation(emulator))
    replace(f"{_CFN}.provisioners", "_sm_secret_string", lambda _: passwords.secret_string)
    replace(f"{_CFN}.engine", "validate_template_support", _validating(emulator, provider))
    replace(f"{_CFN}.engine", "_resolve_refs", _resolving)
    replace(f"{_CFN}.stacks", "_add_event", events.adding)
    replace(
        f"{_CFN}.stacks", "_runs_on_worker_thread", lambda original: lambda kind: kind in SLOW_TYPES or original(kind)
    )
    replace("ministack.services.ssm", "_public_parameter", _public_parameter)
    faults = Faults(state / "faults", stores)
    replace("ministack.services.lambda_svc", "_execute_function_with_config_scope", lambdas.invoking(faults))
    worker = seam(_RUNTIME, "Worker")
    worker._spawn = lambdas.remembering_workers(children)(worker._spawn)
    # Not `replace`: only this module unpacks code, the others read their zips as they are.
    seam(_RUNTIME, "zipfile")
    vars(sys.modules[_RUNTIME])["zipfile"] = lambdas.zipfile_with_ca(authority.ca)
    return stores.stop_all


def _schema(emulator: Emulator, type_name: str) -> schemas.ResourceSchema | None:
    return None if type_name.startswith(schemas.UNCHECKED) else schemas.find(type_name, emulator.region())


def _replacing(emulator: Emulator) -> Callable[[Any], Any]:
    def make(original: Callable[..., bool]) -> Callable[..., bool]:
        def replacing(type_name: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
            schema = _schema(emulator, type_name)
            return schemas.replaces(schema, old, new) if schema else original(type_name, old, new)

        return replacing

    return make


def _recreation(emulator: Emulator) -> Callable[[Any], Any]:
    def make(original: Callable[..., str]) -> Callable[..., str]:
        def recreation(type_name: str, name: str) -> str:
            schema = _schema(emulator, type_name)
            return schemas.recreation(schema, name) if schema else original(type_name, name)

        return recreation

    return make


def _validating(emulator: Emulator, provider: Provider) -> Callable[[Any], Any]:
    def make(original: Callable[..., None]) -> Callable[..., None]:
        def validate(
            template: dict[str, Any], conditions: dict[str, bool], params: dict[str, Any] | None = None
        ) -> None:
            for definition in (template.get("Resources") or {}).values():
                provider.adopt(str(definition.get("Type", "")))
            original(template, conditions, params)
            if not template.get("Transform"):
                template_checks.check(template, conditions, emulator.region())

        return validate

    return make


def _resolving(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(value: Any, resources: Any, params: dict[str, Any], *rest: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("Ref"), str):
            parameter = params.get(value["Ref"]) or {}
            if parameter.get("Value") == "" and str(parameter.get("Type", "")).startswith(_LIST_TYPES):
                # An empty list parameter is a list of nothing, not of one empty string.
                return []
        return original(value, resources, params, *rest)

    return resolve


def _public_parameter(original: Callable[[str], Any]) -> Callable[[str], Any]:
    """Public image parameters: every one of them resolves, always to the same id."""

    def parameter(name: str) -> Any:
        found = original(name)
        if found or not name.startswith("/aws/service/") or not ("ami" in name or "image" in name):
            return found
        image = "ami-0" + hashlib.sha256(name.encode()).hexdigest()[:16]
        arn = f"arn:aws:ssm:us-east-1::parameter{name}"
        return {
            "Name": name,
            "Type": "String",
            "Value": image,
            "Version": 1,
            "LastModifiedDate": 1728518400,
            "ARN": arn,
        }

    return parameter
