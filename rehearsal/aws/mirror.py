"""What RDS, EC2, EFS, Backup and the tagging API say of resources that this plug-in serves from their schemas.

CloudFormation's side of such a resource is its record; operators ask the services themselves, and delete there what a
stack kept. Each record that a service should know is therefore entered into the emulator's own state of that service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from aws.emulator import Emulator, seam
from aws.records import Record, records

_GROUPS = ("AWS::RDS::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup")
_DATABASES = ("AWS::RDS::DBInstance", "AWS::DocDB::DBInstance", "AWS::RDS::DBCluster", "AWS::DocDB::DBCluster")
# Type: service, its state, the kind of resource in ARNs and the separator after it.
_STATES = {
    "AWS::RDS::DBInstance": ("rds", "_instances", "rds", "db:"),
    "AWS::DocDB::DBInstance": ("rds", "_instances", "rds", "db:"),
    "AWS::RDS::DBCluster": ("rds", "_clusters", "rds", "cluster:"),
    "AWS::DocDB::DBCluster": ("rds", "_clusters", "rds", "cluster:"),
    "AWS::RDS::DBSubnetGroup": ("rds", "_subnet_groups", "rds", "subgrp:"),
    "AWS::DocDB::DBSubnetGroup": ("rds", "_subnet_groups", "rds", "subgrp:"),
    "AWS::RDS::DBParameterGroup": ("rds", "_param_groups", "rds", "pg:"),
    "AWS::RDS::DBClusterParameterGroup": ("rds", "_db_cluster_param_groups", "rds", "cluster-pg:"),
    "AWS::DocDB::DBClusterParameterGroup": ("rds", "_db_cluster_param_groups", "rds", "cluster-pg:"),
    "AWS::EC2::Instance": ("ec2", "_instances", "ec2", "instance/"),
    "AWS::EC2::SecurityGroup": ("ec2", "_security_groups", "ec2", "security-group/"),
    "AWS::EC2::Subnet": ("ec2", "_subnets", "ec2", "subnet/"),
    "AWS::EC2::Volume": ("ec2", "_volumes", "ec2", "volume/"),
    "AWS::EFS::FileSystem": ("efs", "_file_systems", "elasticfilesystem", "file-system/"),
    "AWS::Backup::BackupVault": ("backup", "_vaults", "backup", "backup-vault:"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("alb", "_tgs", "elasticloadbalancing", ""),
}


class Mirror:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        # Before the plug-in puts its own in their place.
        self._rds = {kind: emulator.handlers[f"AWS::RDS::{kind}"]["create"] for kind in ("DBInstance", "DBCluster")}
        self._new_snapshot = seam("ministack.services.rds", "_create_snapshot_internal")
        collectors: dict[str, Callable[[], Iterator[Any]]] = seam("ministack.services.tagging", "_COLLECTORS")
        collectors["secretsmanager"] = seam("ministack.services.tagging", "_collect_secretsmanager")
        collectors["ec2"], collectors["rds"] = partial(self._tagged, "ec2"), partial(self._tagged, "rds")

    def created(self, record: Record) -> None:
        kind, name = record.type_name, record.physical_id
        if kind in _DATABASES:
            identifier = kind.rsplit("::", 1)[1]
            own = {f"{identifier}Identifier": name, **({"Engine": "docdb"} if "::DocDB::" in kind else {})}
            self._rds[identifier](record.logical_id, {**record.properties, **own}, record.stack)
        elif kind in _STATES:
            _state(kind)[name] = _entry(record, self._arn(record))
        if kind == "AWS::ElasticLoadBalancingV2::TargetGroup":
            targets = [{"Id": str(target["Id"])} for target in record.properties.get("Targets") or []]
            seam("ministack.services.alb", "_targets")[name] = targets

    def updated(self, record: Record) -> None:
        if record.type_name in _DATABASES and (entry := self._entry_of(record)):
            entry["DeletionProtection"] = _is_true(record.properties.get("DeletionProtection"))

    def deleted(self, record: Record) -> None:
        if record.type_name in _DATABASES:
            for cluster in _state("AWS::RDS::DBCluster").values():
                left = [m for m in cluster["DBClusterMembers"] if m["DBInstanceIdentifier"] != record.physical_id]
                cluster["DBClusterMembers"] = left
        if record.type_name in _STATES:
            _state(record.type_name).pop(record.physical_id, None)

    def snapshot(self, record: Record) -> bool:
        """Take the final snapshot that a stack asks for, where the service has snapshots of its own."""
        entry = self._entry_of(record)
        if entry and record.type_name == "AWS::RDS::DBInstance":
            self._new_snapshot(f"{record.physical_id}-final", entry)
        elif entry and record.type_name == "AWS::EC2::Volume":
            seam("ministack.services.ec2", "_create_snapshot")({"VolumeId": [record.physical_id]})
        else:
            return False
        return True

    def is_unprotected(self, type_name: str, physical_id: str) -> bool:
        """Whether deletion protection was taken off behind the stack's back."""
        record = records.get((type_name, physical_id))
        entry = self._entry_of(record) if record and type_name in _DATABASES else None
        return entry is not None and not entry["DeletionProtection"]

    def user_of(self, type_name: str, physical_id: str) -> str:
        """A database that is there and needs this part of the network, as AWS tells it."""
        served = type_name in _STATES and type_name.endswith(("Group", "::Subnet"))
        for record in list(records.values()) if served else []:
            user, kind = record.physical_id, record.type_name
            names = kind in (*_DATABASES, *_GROUPS) and physical_id in json.dumps(record.properties, default=str)
            if names and self._entry_of(record) and (kind in _DATABASES or self.user_of(kind, user)):
                return user
        return ""

    def _entry_of(self, record: Record) -> dict[str, Any] | None:
        entry: dict[str, Any] | None = _state(record.type_name).get(record.physical_id)
        return entry

    def _arn(self, record: Record) -> str:
        _, _, service, kind = _STATES[record.type_name]
        region, account = self._emulator.region(), self._emulator.account()
        return f"arn:aws:{service}:{region}:{account}:{kind}{record.physical_id}"

    def _tagged(self, service: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
        for record in list(records.values()):
            if _STATES.get(record.type_name, ("", "", ""))[2] == service and self._entry_of(record):
                yield self._arn(record), record.properties.get("Tags") or []


def _state(type_name: str) -> Any:
    service, name, _, _ = _STATES[type_name]
    return seam(f"ministack.services.{service}", name)


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _entry(record: Record, arn: str) -> dict[str, Any]:
    """A resource in the shape in which its service keeps it."""
    group = record.type_name.rsplit("::", 1)[1]
    make = _ENTRIES.get(record.type_name)
    if make:
        return make(record.physical_id, arn, record.properties)
    family = {"DBParameterGroupFamily": record.properties.get("Family", ""), "Description": "", "Parameters": {}}
    return {f"{group}Name": record.physical_id, f"{group}Arn": arn, "Subnets": [], **family}


def _volume(name: str, _: str, properties: dict[str, Any]) -> dict[str, Any]:
    fixed = {"State": "available", "SnapshotId": "", "Iops": 3000, "Attachments": [], "MultiAttachEnabled": False}
    when = {"AvailabilityZone": properties.get("AvailabilityZone", ""), "CreateTime": "2026-01-01T00:00:00.000Z"}
    size, family = int(properties.get("Size", 8)), properties.get("VolumeType", "gp3")
    return {"VolumeId": name, "Size": size, "VolumeType": family, "Encrypted": True, "Throughput": 125, **fixed, **when}


def _instance(name: str, _: str, properties: dict[str, Any]) -> dict[str, Any]:
    launch = seam("ministack.services.ec2", "_launch_instances_internal")
    entry: dict[str, Any] = launch(properties.get("ImageId", ""), properties.get("InstanceType", ""), "", 1)[0]
    _state("AWS::EC2::Instance").pop(entry["InstanceId"])
    _state("AWS::EC2::Volume").pop(entry["BlockDeviceMappings"][0]["Ebs"]["VolumeId"])
    return {**entry, "InstanceId": name, "BlockDeviceMappings": []}


def _subnet(name: str, _: str, properties: dict[str, Any]) -> dict[str, Any]:
    zone = {"AvailabilityZone": properties.get("AvailabilityZone", ""), "AvailabilityZoneId": "use1-az1"}
    fixed = {"State": "available", "AvailableIpAddressCount": 251, "DefaultForAz": False, "OwnerId": "000000000000"}
    cidr, vpc = properties.get("CidrBlock", "10.0.0.0/24"), properties.get("VpcId", "")
    return {"SubnetId": name, "VpcId": vpc, "CidrBlock": cidr, "MapPublicIpOnLaunch": False, **zone, **fixed}


def _security_group(name: str, _: str, properties: dict[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = {"IpPermissions": [], "IpPermissionsEgress": []}
    about = {"Description": str(properties.get("GroupDescription", "")), "VpcId": properties.get("VpcId", "")}
    return {"GroupId": name, "GroupName": name, "OwnerId": "000000000000", **about, **rules}


def _file_system(name: str, arn: str, properties: dict[str, Any]) -> dict[str, Any]:
    size = {"Value": 0, "Timestamp": 0, "ValueInIA": 0, "ValueInStandard": 0}
    fixed = {"LifeCycleState": "available", "NumberOfMountTargets": 0, "CreationTime": 0, "SizeInBytes": size}
    modes = {"PerformanceMode": "generalPurpose", "ThroughputMode": "elastic", "Encrypted": True, "KmsKeyId": ""}
    own = {"FileSystemId": name, "FileSystemArn": arn, "CreationToken": name, "Name": "", "OwnerId": "000000000000"}
    return {**own, **fixed, **modes, "Tags": properties.get("FileSystemTags") or []}


def _vault(name: str, arn: str, properties: dict[str, Any]) -> dict[str, Any]:
    fixed = {"CreationDate": 0, "EncryptionKeyArn": "", "NumberOfRecoveryPoints": 0, "Locked": False}
    tags = properties.get("BackupVaultTags") or {}
    return {"BackupVaultName": name, "BackupVaultArn": arn, "BackupVaultTags": tags, **fixed}


def _target_group(name: str, _: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"TargetGroupArn": name, "TargetGroupName": name.split("/")[-2], "Port": properties.get("Port", 80)}


_ENTRIES: dict[str, Callable[[str, str, dict[str, Any]], dict[str, Any]]] = {
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::Volume": _volume,
    "AWS::EFS::FileSystem": _file_system,
    "AWS::Backup::BackupVault": _vault,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
}
