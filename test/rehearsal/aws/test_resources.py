"""Ids, attributes, secrets, replacement and retention, as a template sees them."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from conftest import Cloud

ACCOUNT = "000000000000"


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def get(name: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


VPC = resource("EC2::VPC", CidrBlock="10.1.0.0/16")
BALANCER = resource("ElasticLoadBalancingV2::LoadBalancer", Subnets=["subnet-1", "subnet-2"])
SERVICE = resource("ECS::Service", Cluster={"Ref": "Cluster"}, TaskDefinition={"Ref": "Task"}, DesiredCount=2)
TASK = resource("ECS::TaskDefinition", Family="chat", ContainerDefinitions=[{"Name": "app", "Image": "app:1"}])
SCALABLE = resource(
    "ApplicationAutoScaling::ScalableTarget",
    ServiceNamespace="ecs",
    ScalableDimension="ecs:service:DesiredCount",
    ResourceId={"Fn::Join": ["/", ["service", {"Ref": "Cluster"}, get("Service", "Name")]]},
    MinCapacity=1,
    MaxCapacity=4,
)
RESOURCES = {
    "Vpc": VPC,
    "Subnet": resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.1.1.0/24"),
    "Gateway": resource("EC2::InternetGateway"),
    "Attachment": resource("EC2::VPCGatewayAttachment", VpcId={"Ref": "Vpc"}, InternetGatewayId={"Ref": "Gateway"}),
    "Table": resource("EC2::RouteTable", VpcId={"Ref": "Vpc"}),
    "Route": resource(
        "EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Gateway"}
    ),
    "Address": resource("EC2::EIP", Domain="vpc"),
    "Nat": resource("EC2::NatGateway", SubnetId={"Ref": "Subnet"}, AllocationId=get("Address", "AllocationId")),
    "Group": resource("EC2::SecurityGroup", GroupDescription="d", VpcId={"Ref": "Vpc"}),
    "Instance": resource("EC2::Instance", ImageId={"Ref": "Image"}, SubnetId={"Ref": "Subnet"}),
    "Files": resource("EFS::FileSystem"),
    "Cluster": resource("ECS::Cluster"),
    "Task": TASK,
    "Service": SERVICE,
    "Scalable": SCALABLE,
    "Balancer": BALANCER,
    "Secret": resource("SecretsManager::Secret", GenerateSecretString={}),
    "Profile": resource("IAM::InstanceProfile", Roles=["r"]),
    "Zone": resource("Route53::HostedZone", Name="chat.example."),
    "Pool": resource("Cognito::UserPool"),
    "Client": resource("Cognito::UserPoolClient", UserPoolId={"Ref": "Pool"}),
    "Budget": resource(
        "Budgets::Budget", Budget={"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    ),
    "Origin": resource(
        "CloudFront::VpcOrigin",
        VpcOriginEndpointConfig={
            "Arn": {"Ref": "Balancer"},
            "Name": "o",
            "HTTPPort": 80,
            "OriginProtocolPolicy": "http-only",
        },
    ),
    "Alias": resource("KMS::Alias", AliasName="alias/a", TargetKeyId=get("Key", "KeyId")),
    "Key": resource("KMS::Key", KeyPolicy={}),
}
IMAGE = {
    "Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    "Default": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
}
# By what is asked for: the answer's form.
ANSWERS: dict[str, tuple[Any, str]] = {
    "Vpc": ({"Ref": "Vpc"}, r"vpc-[0-9a-f]{17}"),
    "VpcCidr": (get("Vpc", "CidrBlock"), r"10\.1\.0\.0/16"),
    "VpcGroup": (get("Vpc", "DefaultSecurityGroup"), r"sg-[0-9a-f]{17}"),
    "Subnet": ({"Ref": "Subnet"}, r"subnet-[0-9a-f]{17}"),
    "SubnetZone": (get("Subnet", "AvailabilityZone"), r"us-east-1a"),
    "Attachment": ({"Ref": "Attachment"}, r"IGW\|vpc-[0-9a-f]{17}"),
    "Route": ({"Ref": "Route"}, r"rtb-[0-9a-f]{17}\|0\.0\.0\.0/0"),
    "Address": ({"Ref": "Address"}, r"\d+\.\d+\.\d+\.\d+"),
    "Allocation": (get("Address", "AllocationId"), r"eipalloc-[0-9a-f]{17}"),
    "Nat": ({"Ref": "Nat"}, r"nat-[0-9a-f]{17}"),
    "Group": (get("Group", "GroupId"), r"sg-[0-9a-f]{17}"),
    "Instance": ({"Ref": "Instance"}, r"i-[0-9a-f]{17}"),
    "InstanceImage": ({"Ref": "Image"}, r"ami-0[0-9a-f]{16}"),
    "InstanceAddress": (get("Instance", "PrivateIp"), r"10\.\d+\.\d+\.\d+"),
    "Files": (get("Files", "Arn"), rf"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:file-system/fs-[0-9a-f]{{17}}"),
    "Cluster": (get("Cluster", "Arn"), rf"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/STACK-Cluster-\w+"),
    "Task": ({"Ref": "Task"}, rf"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/chat:1"),
    "Service": ({"Ref": "Service"}, rf"arn:aws:ecs:us-east-1:{ACCOUNT}:service/STACK-Cluster-\w+/STACK-Service-\w+"),
    "Scalable": ({"Ref": "Scalable"}, r"service/STACK-Cluster-\w+/STACK-Service-\w+\|ecs:service:DesiredCount\|ecs"),
    "Balancer": (
        {"Ref": "Balancer"},
        rf"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/[\w-]{{1,32}}/[0-9a-f]{{16}}",
    ),
    "BalancerFullName": (get("Balancer", "LoadBalancerFullName"), r"app/[\w-]{1,32}/[0-9a-f]{16}"),
    "BalancerHost": (get("Balancer", "DNSName"), r"[a-z0-9-]+\.us-east-1\.elb\.amazonaws\.com"),
    "Secret": ({"Ref": "Secret"}, rf"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:STACK-Secret-\w+-\w{{6}}"),
    "Profile": ({"Ref": "Profile"}, r"STACK-Profile-\w+"),
    "ProfileArn": (get("Profile", "Arn"), rf"arn:aws:iam::{ACCOUNT}:instance-profile/STACK-Profile-\w+"),
    "Zone": ({"Ref": "Zone"}, r"Z[0-9A-F]{13}"),
    "ZoneServers": ({"Fn::Join": [" ", get("Zone", "NameServers")]}, r"(ns-\S+ ?){4}"),
    "Pool": ({"Ref": "Pool"}, r"us-east-1_[0-9a-zA-Z]+"),
    "PoolUrl": (get("Pool", "ProviderURL"), r"https://cognito-idp\.us-east-1\.amazonaws\.com/us-east-1_[0-9a-zA-Z]+"),
    "Client": ({"Ref": "Client"}, r"[\w+]+"),
    "Budget": ({"Ref": "Budget"}, r"monthly"),
    "Origin": ({"Ref": "Origin"}, r"vo_\w+"),
    "Key": (get("Key", "Arn"), rf"arn:aws:kms:us-east-1:{ACCOUNT}:key/[0-9a-f-]{{36}}"),
}


def test_ids_and_attributes_have_the_form_of_aws(cloud: Cloud) -> None:
    outputs = {name: {"Value": value} for name, (value, _) in ANSWERS.items()}
    template = {"Parameters": {"Image": IMAGE}, "Resources": RESOURCES, "Outputs": outputs}
    stack = cloud.create(template)
    name = stack["StackName"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    given = cloud.outputs(name)
    wrong = {
        key: given[key]
        for key, (_, form) in ANSWERS.items()
        if not re.fullmatch(form.replace("STACK", name), given[key], re.IGNORECASE)
    }
    assert wrong == {}
    assert {note["logicalId"] for note in cloud.report()["notes"] if note["stack"] == name} >= {
        "Instance",
        "Service",
        "Nat",
    }
    assert cloud.delete(name) == "DELETE_COMPLETE"


SECRETS: dict[str, tuple[dict[str, Any], str]] = {
    "the defaults": ({}, r"[!-~]{32}"),
    "a length": ({"PasswordLength": 64}, r"[!-~]{64}"),
    "no punctuation": ({"ExcludePunctuation": True, "PasswordLength": 400}, r"[a-zA-Z0-9]{400}"),
    "excluded characters": ({"ExcludeCharacters": 'aeiou"@/\\', "PasswordLength": 400}, r"[^aeiou\"@/\\]{400}"),
    "only small letters": (
        {"ExcludePunctuation": "true", "ExcludeUppercase": "true", "ExcludeNumbers": "true", "PasswordLength": "400"},
        r"[a-z]{400}",
    ),
    "a template": (
        {"SecretStringTemplate": '{"username":"me"}', "GenerateStringKey": "password", "ExcludePunctuation": True},
        r'\{"username":"me","password":"[a-zA-Z0-9]{32}"\}',
    ),
}


def secret_value(cloud: Cloud, secret_id: str) -> str:
    return str(cloud.secrets.get_secret_value(SecretId=secret_id)["SecretString"])


def test_generated_secrets_follow_their_rules(cloud: Cloud) -> None:
    secrets = {
        f"S{n}": resource("SecretsManager::Secret", GenerateSecretString=r) for n, (r, _) in enumerate(SECRETS.values())
    }
    name = cloud.create({"Resources": secrets})["StackName"]
    ids = cloud.physical_ids(name)
    for number, (_, form) in enumerate(SECRETS.values()):
        assert re.fullmatch(form, secret_value(cloud, ids[f"S{number}"]))
    default = secret_value(cloud, ids["S0"])
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(default) & set(kind), "each included type is in the password"


def test_secrets_keep_their_values_on_update_and_resolve_inside_each_other(cloud: Cloud) -> None:
    generate = {"SecretStringTemplate": '{"username":"u"}', "GenerateStringKey": "password"}
    reference = {
        "Fn::Join": ["", ["mongodb://u:{{resolve:secretsmanager:", {"Ref": "Login"}, ":SecretString:password::}}@h"]]
    }

    def template(description: str) -> dict[str, Any]:
        return {
            "Resources": {
                "Login": resource("SecretsManager::Secret", GenerateSecretString=generate, Description=description),
                "Uri": resource("SecretsManager::Secret", SecretString=reference),
                "Topic": resource("SNS::Topic", DisplayName=description),
            }
        }

    name = cloud.create(template("one"))["StackName"]
    ids = cloud.physical_ids(name)
    before = {key: secret_value(cloud, ids[key]) for key in ("Login", "Uri")}
    assert before["Uri"] == f"mongodb://u:{json.loads(before['Login'])['password']}@h"
    assert cloud.update(name, template("two"))["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.physical_ids(name) == ids
    assert {key: secret_value(cloud, ids[key]) for key in before} == before


def test_a_retained_secret_stays_readable_beside_that_of_a_new_stack_of_the_same_name(cloud: Cloud) -> None:
    secret = {**resource("SecretsManager::Secret", GenerateSecretString={}), "DeletionPolicy": "Retain"}
    name = cloud.create({"Resources": {"Secret": secret}})["StackName"]
    kept = cloud.physical_ids(name)["Secret"]
    value = secret_value(cloud, kept)
    assert cloud.delete(name) == "DELETE_COMPLETE"
    cloud.create({"Resources": {"Secret": secret}}, name)
    assert secret_value(cloud, kept) == value
    retained = cloud.report()["retained"]
    assert {"stack": name, "logicalId": "Secret", "type": "AWS::SecretsManager::Secret", "physicalId": kept} in retained


def history(cloud: Cloud, name: str, logical_id: str) -> list[tuple[str, str]]:
    """What happened to a resource since the last update began: status and physical id."""
    events = cloud.events(name)
    start = max(
        n
        for n, e in enumerate(events)
        if e["LogicalResourceId"] == name and e["ResourceStatus"] == "UPDATE_IN_PROGRESS"
    )
    mine = [event for event in events[start:] if event["LogicalResourceId"] == logical_id]
    return [(event["ResourceStatus"], event.get("PhysicalResourceId", "")) for event in mine]


def test_a_create_only_change_makes_a_new_resource_and_then_deletes_the_old_one(cloud: Cloud) -> None:
    def template(cidr: str) -> dict[str, Any]:
        subnet = resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.1.1.0/24")
        return {
            "Resources": {
                "Vpc": resource("EC2::VPC", CidrBlock=cidr),
                "Subnet": subnet,
                "Topic": resource("SNS::Topic"),
            }
        }

    name = cloud.create(template("10.1.0.0/16"))["StackName"]
    old = cloud.physical_ids(name)
    assert cloud.update(name, template("10.1.0.0/20"))["StackStatus"] == "UPDATE_COMPLETE"
    new = cloud.physical_ids(name)
    assert new["Vpc"] != old["Vpc"]
    assert new["Subnet"] != old["Subnet"]
    assert new["Topic"] == old["Topic"]
    assert history(cloud, name, "Vpc") == [
        ("UPDATE_IN_PROGRESS", old["Vpc"]),
        ("UPDATE_COMPLETE", new["Vpc"]),
        ("DELETE_IN_PROGRESS", old["Vpc"]),
        ("DELETE_COMPLETE", old["Vpc"]),
    ]
    assert "Requested update requires the creation of a new physical resource" in cloud.reasons(name)
    assert ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") in [status for status, _ in history(cloud, name, name)]
    assert history(cloud, name, "Topic") == [], "nothing is said of what did not change"


def test_a_nested_create_only_change_replaces_too(cloud: Cloud) -> None:
    def template(budget: str) -> dict[str, Any]:
        about = {"BudgetName": budget, "BudgetType": "COST", "TimeUnit": "MONTHLY"}
        return {"Resources": {"Budget": resource("Budgets::Budget", Budget=about)}}

    name = cloud.create(template("first"))["StackName"]
    cloud.update(name, template("second"))
    statuses = [status for status, _ in history(cloud, name, "Budget")]
    assert statuses == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_an_in_place_change_keeps_the_resource_and_a_new_one_is_created(cloud: Cloud) -> None:
    def template(retention: int, **more: Any) -> dict[str, Any]:
        return {"Resources": {"Log": resource("Logs::LogGroup", RetentionInDays=retention), **more}}

    name = cloud.create(template(7))["StackName"]
    ids = cloud.physical_ids(name)
    cloud.update(name, template(14, Topic=resource("SNS::Topic")))
    assert cloud.physical_ids(name)["Log"] == ids["Log"]
    assert [status for status, _ in history(cloud, name, "Topic")] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    cloud.update(name, template(14))
    assert [status for status, _ in history(cloud, name, "Topic")] == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_a_replaced_resource_with_a_retaining_policy_is_kept(cloud: Cloud) -> None:
    def template(encrypted: bool) -> dict[str, Any]:
        files = resource("EFS::FileSystem", Encrypted=encrypted)
        return {"Resources": {"Files": {**files, "UpdateReplacePolicy": "Retain", "DeletionPolicy": "Retain"}}}

    name = cloud.create(template(False))["StackName"]
    old = cloud.physical_ids(name)["Files"]
    cloud.update(name, template(True))
    kept = [entry["physicalId"] for entry in cloud.report()["retained"] if entry["stack"] == name]
    assert kept == [old]


def test_a_named_resource_is_not_replaced(cloud: Cloud) -> None:
    def template(service: str) -> dict[str, Any]:
        cache = resource(
            "ElastiCache::SubnetGroup", CacheSubnetGroupName="named", Description="d", SubnetIds=["subnet-1"]
        )
        function = resource("SSM::Document", Name="named", DocumentType=service, Content={"schemaVersion": "2.2"})
        return {"Resources": {"Cache": cache, "Document": function}}

    name = cloud.create(template("Command"))["StackName"]
    assert cloud.update(name, template("Session"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot update a stack when a custom-named resource requires replacing" in cloud.reasons(name)
    other = cloud.create(template("Command"))
    assert other["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "already exists" in cloud.reasons(other["StackName"])


def test_a_wait_condition_counts_as_signalled_and_says_so(cloud: Cloud) -> None:
    template = {
        "Resources": {
            "Handle": resource("CloudFormation::WaitConditionHandle"),
            "Wait": resource("CloudFormation::WaitCondition", Handle={"Ref": "Handle"}, Timeout="600"),
        }
    }
    stack = cloud.create(template)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    notes = [note["logicalId"] for note in cloud.report()["notes"] if note["stack"] == stack["StackName"]]
    assert notes == ["Wait"]


def test_an_update_without_a_change_is_refused(cloud: Cloud) -> None:
    template = {"Resources": {"Vpc": VPC}}
    name = cloud.create(template)["StackName"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloud.update(name, template)


def test_task_definitions_are_described_in_the_spelling_of_the_api(cloud: Cloud) -> None:
    secret = {"Name": "KEY", "ValueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:s:key::"}
    container = {"Name": "app", "Image": "app:1", "Secrets": [secret], "Environment": [{"Name": "A", "Value": "b"}]}
    task = resource("ECS::TaskDefinition", Family="described", ContainerDefinitions=[container])
    name = cloud.create({"Resources": {"Task": task}})["StackName"]
    arn = cloud.physical_ids(name)["Task"]
    (told,) = cloud.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]["containerDefinitions"]
    assert told["secrets"] == [{"name": "KEY", "valueFrom": secret["ValueFrom"]}]
    assert told["environment"] == [{"name": "A", "value": "b"}]


def test_another_emulator_is_refused_with_one_line() -> None:
    from aws.emulator import SeamMissing, seam

    with pytest.raises(SeamMissing, match=r"^ministack \S+ has no ministack\.core\.responses\.no_such_name: install"):
        seam("ministack.core.responses", "no_such_name")


def test_nothing_listens_outside_this_machine(cloud: Cloud) -> None:
    family = [psutil.Process(cloud.pid), *psutil.Process(cloud.pid).children(recursive=True)]
    open_to = {c.laddr.ip for process in family for c in process.net_connections() if c.status == psutil.CONN_LISTEN}
    assert open_to == {"127.0.0.1"}
