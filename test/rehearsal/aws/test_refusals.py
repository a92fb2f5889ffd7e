"""What CloudFormation refuses is refused here, in its words, before anything is left behind."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Cloud

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


# Refused when the template is handed over: no stack comes of it.
TEMPLATE_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown type": (
        {"Resources": {"Thing": resource("EC2::Thing")}},
        r"Unrecognized resource types: \[AWS::EC2::Thing\]",
    ),
    "a Ref that leads nowhere": (
        {"Resources": {"Subnet": resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.0.0/24")}},
        r"Unresolved resource dependencies \[Vpc\] in the Resources block",
    ),
    "a Fn::Sub that leads nowhere": (
        {"Resources": {"Topic": resource("SNS::Topic", DisplayName={"Fn::Sub": "of ${Nobody.Arn}"})}},
        r"Unresolved resource dependencies \[Nobody\]",
    ),
    "a DependsOn that leads nowhere": (
        {"Resources": {"Vpc": {**VPC, "DependsOn": "Nobody"}}},
        r"Unresolved resource dependencies \[Nobody\]",
    ),
    "an output that leads nowhere": (
        {"Resources": {"Vpc": VPC}, "Outputs": {"Id": {"Value": {"Ref": "Nobody"}}}},
        r"\[Nobody\] in the Outputs block",
    ),
    "an attribute the type does not have": (
        {"Resources": {"Vpc": VPC}, "Outputs": {"Out": {"Value": {"Fn::GetAtt": ["Vpc", "Arn"]}}}},
        r"resource Vpc does not support attribute type Arn in Fn::GetAtt",
    ),
    "a circle": (
        {
            "Resources": {
                "A": {**resource("SNS::Topic"), "DependsOn": "B"},
                "B": {**resource("SNS::Topic"), "DependsOn": "A"},
                "Outside": {**resource("SNS::Topic"), "DependsOn": "A"},
            }
        },
        r"Circular dependency between resources: \[A, B\]",
    ),
}

# Refused when the resource's turn comes: the stack rolls back.
PROPERTY_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown property": (
        resource("EC2::VPC", CidrBlock="10.0.0.0/16", Cidr="x"),
        r"#: extraneous key \[Cidr\] is not permitted",
    ),
    "an unknown nested property": (
        resource("ECS::TaskDefinition", ContainerDefinitions=[{"Name": "a", "Image": "b", "Envs": []}]),
        r"#/ContainerDefinitions/0: extraneous key \[Envs\] is not permitted",
    ),
    "a missing property": (resource("EC2::Subnet", CidrBlock="10.0.0.0/24"), r"#: required key \[VpcId\] not found"),
    "a wrong type": (
        resource("EC2::VPC", CidrBlock=["10.0.0.0/16"]),
        r"#/CidrBlock: expected type: String, found: JSONArray",
    ),
    "text for a number": (
        resource("EC2::Volume", AvailabilityZone="us-east-1a", Size="big"),
        r"#/Size: expected type: Integer",
    ),
    "a value outside an enum": (
        resource("Logs::LogGroup", RetentionInDays=11),
        r"#/RetentionInDays: 11 is not a valid enum value",
    ),
    "a value outside a pattern": (
        resource("Logs::LogGroup", LogGroupName="with space"),
        r"#/LogGroupName: failed validation",
    ),
    "a number that is too large": (
        resource("ElasticLoadBalancingV2::TargetGroup", Protocol="HTTP", Port=70000, VpcId="vpc-1"),
        r"#/Port: 70000 is not less or equal to 65535",
    ),
    "too short a list": (
        resource("RDS::DBSubnetGroup", DBSubnetGroupDescription=5, SubnetIds={"a": 1}),
        r"#/SubnetIds: expected type: JSONArray",
    ),
    "a read-only property": (
        resource("EC2::VPC", CidrBlock="10.0.0.0/16", VpcId="vpc-1"),
        r"readonly properties .*/properties/VpcId",
    ),
    "two of which one is allowed": (
        resource("EC2::VPC", CidrBlock="10.0.0.0/16", Ipv4IpamPoolId="ipam-1"),
        r"exactly one of \[CidrBlock, Ipv4IpamPoolId\] is required",
    ),
    "a password no rule can make": (
        resource("SecretsManager::Secret", GenerateSecretString={"PasswordLength": 2}),
        r"too short to include every required type",
    ),
}


@pytest.mark.parametrize("what", TEMPLATE_REFUSALS)
def test_refuses_a_template_with(cloud: Cloud, what: str) -> None:
    template, reason = TEMPLATE_REFUSALS[what]
    name = cloud.new_name()
    with pytest.raises(ClientError, match=reason):
        cloud.create(template, name)
    with pytest.raises(ClientError, match="does not exist"):
        cloud.stack(name)


@pytest.mark.parametrize("what", PROPERTY_REFUSALS)
def test_rolls_back_a_resource_with(cloud: Cloud, what: str) -> None:
    definition, reason = PROPERTY_REFUSALS[what]
    stack = cloud.create({"Resources": {"Resource": definition}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [event for event in cloud.events(stack["StackName"]) if event["ResourceStatus"] == "CREATE_FAILED"]
    assert len(failed) == 1
    assert_matches(reason, failed[0]["ResourceStatusReason"])


def assert_matches(pattern: str, text: str) -> None:
    with pytest.raises(AssertionError, match=pattern):
        raise AssertionError(text)


def test_refuses_a_condition_s_absent_resource_but_not_the_branch_that_is_not_taken(cloud: Cloud) -> None:
    reference = {"Fn::If": ["Wanted", {"Ref": "Optional"}, "none"]}
    template = {
        "Conditions": {"Wanted": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Optional": {**resource("SNS::Topic"), "Condition": "Wanted"},
            "Topic": resource("SNS::Topic", DisplayName=reference),
        },
    }
    assert cloud.create(template)["StackStatus"] == "CREATE_COMPLETE"


def test_a_boolean_or_number_may_come_as_text(cloud: Cloud) -> None:
    definition = resource("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsSupport="true")
    volume = resource("EC2::Volume", AvailabilityZone="us-east-1a", Size="8")
    assert cloud.create({"Resources": {"Vpc": definition, "Volume": volume}})["StackStatus"] == "CREATE_COMPLETE"


def test_an_empty_list_parameter_is_an_empty_list(cloud: Cloud) -> None:
    template = {
        "Parameters": {"Zones": {"Type": "CommaDelimitedList", "Default": ""}},
        "Resources": {"Topic": resource("SNS::Topic")},
        "Outputs": {"Joined": {"Value": {"Fn::Join": ["", ["<", {"Fn::Join": [",", {"Ref": "Zones"}]}, ">"]]}}},
    }
    assert cloud.outputs(cloud.create(template)["StackName"]) == {"Joined": "<>"}


def test_deletion_protection_holds_until_it_is_lifted(cloud: Cloud) -> None:
    def template(protected: bool) -> dict[str, Any]:
        return {
            "Resources": {
                "Pool": resource("Cognito::UserPool", DeletionProtection="ACTIVE" if protected else "INACTIVE")
            }
        }

    name = cloud.create(template(True))["StackName"]
    assert cloud.delete(name) == "DELETE_FAILED"
    assert "cannot be deleted because deletion protection is enabled" in cloud.reasons(name)
    name = cloud.create(template(True))["StackName"]
    cloud.update(name, template(False))
    assert cloud.delete(name) == "DELETE_COMPLETE"


def test_a_bucket_with_objects_is_not_deleted(cloud: Cloud) -> None:
    name = cloud.create({"Resources": {"Bucket": resource("S3::Bucket", Tags=[{"Key": "a", "Value": "b"}])}})[
        "StackName"
    ]
    bucket = cloud.physical_ids(name)["Bucket"]
    s3 = cloud.client("s3")
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    assert cloud.delete(name) == "DELETE_FAILED"
    s3.delete_object(Bucket=bucket, Key="k")
    assert cloud.delete(name) == "DELETE_COMPLETE"


def test_a_vpc_origin_is_not_changed_while_a_distribution_uses_it_but_makes_way_for_another(cloud: Cloud) -> None:
    def template(origin: str, tag: str) -> dict[str, Any]:
        arn = "arn:aws:ec2:us-east-1:000000000000:instance/i-0123456789abcdef0"
        way = {
            "Id": "o",
            "DomainName": "a.internal",
            "VpcOriginConfig": {"VpcOriginId": {"Fn::GetAtt": [origin, "Id"]}},
        }
        behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"}
        config = {"Enabled": True, "Origins": [way], "DefaultCacheBehavior": behavior}
        endpoint = {"Arn": arn, "Name": origin}
        tags = [{"Key": "Owner", "Value": tag}]
        return {
            "Resources": {
                origin: resource("CloudFront::VpcOrigin", VpcOriginEndpointConfig=endpoint, Tags=tags),
                "Site": resource("CloudFront::Distribution", DistributionConfig=config),
            }
        }

    name = cloud.create(template("First", "them"))["StackName"]
    assert cloud.update(name, template("First", "us"))["StackStatus"].startswith("UPDATE_ROLLBACK_")
    assert "currently associated with one or more distributions" in cloud.reasons(name)
    name = cloud.create(template("First", "them"))["StackName"]
    assert cloud.update(name, template("Second", "us"))["StackStatus"] == "UPDATE_COMPLETE"
    assert "First" not in cloud.physical_ids(name)
    assert cloud.delete(name) == "DELETE_COMPLETE"
