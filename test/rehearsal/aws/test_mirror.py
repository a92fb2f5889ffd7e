"""Services that answer for what a stack made, as operators ask them, and delete what a stack kept."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Cloud

TAGS = [{"Key": "Application", "Value": "chat"}]
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.2.0.0/16"}}
SUBNET = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.2.1.0/24"}}
VOLUME = {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "us-east-1a", "Size": 9, "Tags": TAGS}}
FILES = {"Type": "AWS::EFS::FileSystem", "Properties": {"FileSystemTags": TAGS}}
VAULT = {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "vault-of-the-mirror"}}
GROUP = {
    "Type": "AWS::RDS::DBSubnetGroup",
    "Properties": {"DBSubnetGroupDescription": "d", "SubnetIds": [{"Ref": "Subnet"}], "Tags": TAGS},
}
CLUSTER: dict[str, Any] = {
    "Type": "AWS::DocDB::DBCluster",
    "DeletionPolicy": "Retain",
    "Properties": {
        "MasterUsername": "master",
        "MasterUserPassword": "a-password-of-the-test",
        "DBSubnetGroupName": {"Ref": "Group"},
        "DeletionProtection": True,
        "Tags": TAGS,
    },
}


def test_services_know_what_a_stack_made_and_forget_what_it_deleted(cloud: Cloud) -> None:
    name = cloud.new_name()
    resources = {"Vpc": VPC, "Subnet": SUBNET, "Volume": VOLUME, "Files": FILES, "Vault": VAULT, "Group": GROUP}
    cloud.create({"Resources": resources}, name)
    ids = cloud.physical_ids(name)
    ec2, efs, rds = cloud.client("ec2"), cloud.client("efs"), cloud.client("rds")
    assert ec2.describe_volumes(VolumeIds=[ids["Volume"]])["Volumes"][0]["Size"] == 9
    assert ec2.describe_subnets(SubnetIds=[ids["Subnet"]])["Subnets"][0]["VpcId"] == ids["Vpc"]
    assert efs.describe_file_systems(FileSystemId=ids["Files"])["FileSystems"][0]["LifeCycleState"] == "available"
    assert rds.describe_db_subnet_groups(DBSubnetGroupName=ids["Group"])["DBSubnetGroups"]
    vaults = cloud.client("backup").list_backup_vaults()["BackupVaultList"]
    assert ids["Vault"] in [vault["BackupVaultName"] for vault in vaults]
    filters = [{"Key": "Application", "Values": ["chat"]}]
    tagged = cloud.client("resourcegroupstaggingapi").get_resources(TagFilters=filters)["ResourceTagMappingList"]
    arns = [resource["ResourceARN"] for resource in tagged]
    for logical_id in ("Volume", "Files", "Group"):
        assert [arn for arn in arns if arn.endswith(ids[logical_id])], logical_id

    assert cloud.delete(name) == "DELETE_COMPLETE", cloud.reasons(name)
    with pytest.raises(ClientError, match=r"InvalidVolume\.NotFound"):
        ec2.describe_volumes(VolumeIds=[ids["Volume"]])
    with pytest.raises(ClientError, match="FileSystemNotFound"):
        efs.describe_file_systems(FileSystemId=ids["Files"])


def test_a_final_snapshot_of_a_volume_is_there_afterwards(cloud: Cloud) -> None:
    name = cloud.new_name()
    cloud.create({"Resources": {"Volume": {**VOLUME, "DeletionPolicy": "Snapshot"}}}, name)
    volume = cloud.physical_ids(name)["Volume"]
    cloud.delete(name)
    filters = [{"Name": "volume-id", "Values": [volume]}]
    assert len(cloud.client("ec2").describe_snapshots(Filters=filters)["Snapshots"]) == 1


def test_a_kept_cluster_holds_its_network_back_and_is_deleted_at_its_service(cloud: Cloud) -> None:
    name = cloud.new_name()
    cloud.create({"Resources": {"Vpc": VPC, "Subnet": SUBNET, "Group": GROUP, "Cluster": CLUSTER}}, name)
    cluster = cloud.physical_ids(name)["Cluster"]
    assert cloud.delete(name) == "DELETE_FAILED"
    failed = {e["LogicalResourceId"] for e in cloud.events(name) if e["ResourceStatus"] == "DELETE_FAILED"}
    assert failed == {"Vpc", "Subnet", "Group", name}

    rds = cloud.client("rds")
    assert rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["Engine"] == "docdb"
    with pytest.raises(ClientError, match="DeletionProtection is enabled"):
        rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
    rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False)
    rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
    assert cloud.delete(name) == "DELETE_COMPLETE", cloud.reasons(name)


def test_a_cluster_kept_with_its_network_holds_nothing_back(cloud: Cloud) -> None:
    name = cloud.new_name()
    network = {"Vpc": VPC, "Subnet": SUBNET, "Group": GROUP}
    kept = {logical_id: {**resource, "DeletionPolicy": "Retain"} for logical_id, resource in network.items()}
    cloud.create({"Resources": {**kept, "Cluster": CLUSTER}}, name)
    assert cloud.delete(name) == "DELETE_COMPLETE", cloud.reasons(name)


def test_a_kept_security_group_holds_its_network_back(cloud: Cloud) -> None:
    name = cloud.new_name()
    properties = {"GroupDescription": "d", "VpcId": {"Ref": "Vpc"}}
    kept = {"Type": "AWS::EC2::SecurityGroup", "DeletionPolicy": "Retain", "Properties": properties}
    cloud.create({"Resources": {"Vpc": VPC, "Kept": kept}}, name)
    assert cloud.delete(name) == "DELETE_FAILED"


def test_an_alarm_may_be_on_an_expression(cloud: Cloud) -> None:
    stat = {"Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode"}, "Period": 300, "Stat": "Sum"}
    metrics = [{"Id": "m", "MetricStat": stat, "ReturnData": False}, {"Id": "e", "Expression": "100 * m"}]
    properties = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 5, "EvaluationPeriods": 1}
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**properties, "Metrics": metrics}}
    assert cloud.create({"Resources": {"Alarm": alarm}})["StackStatus"] == "CREATE_COMPLETE"
