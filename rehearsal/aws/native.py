"""Types that the emulator serves itself, because its other services need their state, and where it differs from AWS."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from typing import Any

from aws.records import records

Handlers = dict[str, dict[str, Any]]
Answer = tuple[str, dict[str, Any]]

TYPES = (
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::LogStream",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::Secret",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::StateMachine",
)


def _service(name: str) -> Any:
    return importlib.import_module(f"ministack.services.{name}")


def _provisioners() -> Any:
    return importlib.import_module("ministack.services.cloudformation.provisioners")


def correct(handlers: Handlers, name_for: Callable[[str, str, int], str]) -> None:
    """Change, in place, the handlers whose answer is not AWS's."""
    _name(handlers["AWS::ECS::Cluster"], "ClusterName", name_for)
    _name(handlers["AWS::ECS::Service"], "ServiceName", name_for)
    _correct_task_definition(handlers["AWS::ECS::TaskDefinition"])
    _correct_secret(handlers["AWS::SecretsManager::Secret"])
    _correct_bucket(handlers["AWS::S3::Bucket"])
    policy = handlers["AWS::S3::BucketPolicy"]
    policy["create"] = _with_ref(policy["create"], lambda props, _: str(props["Bucket"]))
    handlers["AWS::CloudFormation::WaitCondition"]["create"] = _signalled


def _with_ref(create: Callable[..., Answer], ref: Callable[[dict[str, Any], Answer], str]) -> Callable[..., Answer]:
    def corrected(logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        answer = create(logical_id, props, stack)
        return ref(props, answer), answer[1]

    return corrected


def _correct_secret(handler: dict[str, Any]) -> None:
    """`Ref` of a secret is its ARN; the emulator keys secrets by name."""
    manager = _service("secretsmanager")
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        if manager._resolve(props.get("Name"))[1]:
            raise ValueError(f"The operation failed because the secret {props['Name']} already exists.")
        _, attributes = create(logical_id, props, stack)
        return str(attributes["Id"]), attributes

    def updated(arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Answer:
        name = manager._resolve(arn)[0]
        # The name is create-only, so it is the same; given explicitly the handler does not derive another one.
        _, attributes = update(name, {**old, "Name": name}, {**new, "Name": name}, stack, logical_id)
        return str(attributes["Id"]), attributes

    def deleted(arn: str, props: dict[str, Any]) -> None:
        name = manager._resolve(arn)[0]
        if name:
            delete(name, props)

    handler.update(create=created, update=updated, delete=deleted)


def _name(handler: dict[str, Any], prop: str, name_for: Callable[[str, str, int], str]) -> None:
    """Give a resource without a name one of its own, so that a replacement stands beside the one it replaces."""
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        name = props.get(prop) or name_for(stack, logical_id, 255)
        answer: Answer = create(logical_id, {**props, prop: name}, stack)
        return answer

    def updated(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any) -> Answer:
        name = {prop: physical_id.rsplit("/", 1)[-1]}
        answer: Answer = update(physical_id, {**old, **name}, {**new, **name}, *rest)
        return answer

    handler.update(create=created, update=updated)


def _correct_task_definition(handler: dict[str, Any]) -> None:
    """Answer DescribeTaskDefinition in the API's spelling throughout: secrets would keep the template's."""
    create, spelled = handler["create"], _provisioners()._pascal_to_camel

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        answer: Answer = create(logical_id, props, stack)
        definition = _service("ecs")._task_defs[answer[0].rsplit("/", 1)[-1]]
        definition["containerDefinitions"] = spelled(props.get("ContainerDefinitions") or [])
        definition["volumes"] = spelled(props.get("Volumes") or [])
        return answer

    handler["create"] = created


def _correct_bucket(handler: dict[str, Any]) -> None:
    """Store tags (CDK's emptying of buckets reads them); refuse to delete what is not empty."""
    s3 = _service("s3")
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def tag(name: str, props: dict[str, Any]) -> None:
        s3._bucket_tags[name] = {str(t["Key"]): str(t["Value"]) for t in props.get("Tags") or []}

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Answer:
        answer: Answer = create(logical_id, props, stack)
        tag(answer[0], props)
        return answer

    def updated(name: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Answer:
        answer: Answer = update(name, old, new, stack)
        tag(answer[0], new)
        return answer

    def deleted(name: str, props: dict[str, Any]) -> None:
        if (s3._buckets.get(name) or {}).get("objects"):
            raise ValueError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
        delete(name, props)

    handler.update(create=created, update=updated, delete=deleted)


def _signalled(logical_id: str, _: dict[str, Any], stack: str) -> Answer:
    """A wait condition whose signal counts as received: no machine boots here that could send it."""
    physical_id = f"{stack}-{logical_id}-{uuid.uuid4().hex[:8]}"
    return physical_id, {"Data": "{}", "Id": physical_id}


def alarms_on_math(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Accept an alarm on an expression, which the emulator refuses: it is described by the first metric in it."""

    def record(name: str, props: dict[str, Any]) -> dict[str, Any]:
        metrics = [query["MetricStat"] for query in props.get("Metrics") or [] if query.get("MetricStat")]
        if not metrics:
            return original(name, props)
        own = {key: value for key, value in props.items() if key != "Metrics"}
        return original(name, {**own, **metrics[0]["Metric"], "Period": metrics[0]["Period"]})

    return record


def attach_secret(props: dict[str, Any], action: str) -> None:
    """Write a database's address into its secret, with the keys that AWS writes."""
    info: dict[str, Any] = {}
    if action != "delete":
        target, kind = records.get((props["TargetType"], str(props["TargetId"]))), str(props["TargetType"])
        if target is None:
            raise ValueError(f"The target {props['TargetId']} of type {kind} does not exist.")
        attributes, own = target.attributes, target.properties
        documents = kind.startswith("AWS::DocDB")
        identifier = "dbClusterIdentifier" if kind.endswith("DBCluster") else "dbInstanceIdentifier"
        engine = str(own.get("Engine", "")).replace("aurora-postgresql", "postgres").replace("aurora-mysql", "mysql")
        info = {
            "engine": "mongo" if documents else engine,
            "host": attributes["Endpoint" if documents else "Endpoint.Address"],
            "port": int(attributes["Port" if documents else "Endpoint.Port"]),
            identifier: target.physical_id,
        }
        if name := own.get("DBName") or own.get("DatabaseName"):
            info["dbname"] = name
    _provisioners()._sm_rewrite_secret(props["SecretId"], info, "AWS::SecretsManager::SecretTargetAttachment", action)
