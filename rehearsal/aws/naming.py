"""How AWS names things: id prefixes, ARN shapes, and which part of a resource `Ref` gives. Data only."""

from __future__ import annotations

# Where `Ref` is not the primary identifier of the schema: the property it gives instead.
REF = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": "Arn",
    "AWS::Backup::BackupSelection": "SelectionId",
    "AWS::Budgets::Budget": "Budget/BudgetName",
    "AWS::Cognito::UserPoolClient": "ClientId",
    "AWS::DocDB::DBCluster": "DBClusterIdentifier",
    "AWS::DocDB::DBClusterParameterGroup": "Name",
    "AWS::DocDB::DBInstance": "DBInstanceIdentifier",
    "AWS::DocDB::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::EC2::EIP": "PublicIp",
    "AWS::ECS::Service": "ServiceArn",
    "AWS::Events::Rule": "Name",
    "AWS::Route53::RecordSet": "Name",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
    "AWS::SecretsManager::RotationSchedule": "SecretId",
    "AWS::SecretsManager::SecretTargetAttachment": "SecretId",
}

# Prefix of a generated id, by type or by the name of the property that carries one.
ID_PREFIX = {
    "AWS::EC2::FlowLog": "fl-",
    "AWS::EC2::Instance": "i-",
    "AWS::EC2::InternetGateway": "igw-",
    "AWS::EC2::LaunchTemplate": "lt-",
    "AWS::EC2::NatGateway": "nat-",
    "AWS::EC2::NetworkAcl": "acl-",
    "AWS::EC2::NetworkInterface": "eni-",
    "AWS::EC2::RouteTable": "rtb-",
    "AWS::EC2::SecurityGroup": "sg-",
    "AWS::EC2::SecurityGroupEgress": "sgr-",
    "AWS::EC2::SecurityGroupIngress": "sgr-",
    "AWS::EC2::Subnet": "subnet-",
    "AWS::EC2::SubnetNetworkAclAssociation": "aclassoc-",
    "AWS::EC2::SubnetRouteTableAssociation": "rtbassoc-",
    "AWS::EC2::Volume": "vol-",
    "AWS::EC2::VPC": "vpc-",
    "AWS::EC2::VPCEndpoint": "vpce-",
    "AWS::EC2::EIPAssociation": "eipassoc-",
    "AWS::EFS::AccessPoint": "fsap-",
    "AWS::EFS::FileSystem": "fs-",
    "AWS::EFS::MountTarget": "fsmt-",
    "AWS::Cognito::UserPool": "{region}_",
    "AWS::DLM::LifecyclePolicy": "policy-",
    "AWS::Route53::HostedZone": "Z",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "ns-",
    "AWS::ServiceDiscovery::Service": "srv-",
    "AWS::SSM::MaintenanceWindow": "mw-",
    "AWS::CloudFront::Distribution": "E",
    "AWS::CloudFront::OriginAccessControl": "E",
    "AWS::CloudFront::VpcOrigin": "vo_",
    "AllocationId": "eipalloc-",
    "CidrBlockAssociations": "vpc-cidr-assoc-",
    "ClientId": "",
    "ClusterResourceId": "cluster-",
    "DbiResourceId": "db-",
    "DBClusterResourceId": "cluster-",
    "DefaultNetworkAcl": "acl-",
    "DefaultSecurityGroup": "sg-",
    "GroupId": "sg-",
    "HostedZoneId": "Z",
    "NetworkAclAssociationId": "aclassoc-",
    "NetworkInterfaceIds": "eni-",
    "NetworkInterfaceId": "eni-",
    "PrimaryNetworkInterfaceId": "eni-",
    "VolumeId": "vol-",
    "VpcId": "vpc-",
}

# The name of the service in an ARN, where it is not the lower-cased middle of the type.
ARN_SERVICE = {
    "ApplicationAutoScaling": "autoscaling",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "DocDB": "rds",
    "EFS": "elasticfilesystem",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "StepFunctions": "states",
    "WAFv2": "wafv2",
}
# Services whose ARNs carry no region.
GLOBAL = ("CloudFront", "IAM", "Route53", "Budgets")

# The resource part of an ARN: {name} is what AWS names it by, {hex} a generated suffix, other names are properties.
ARN_RESOURCE = {
    "AWS::Backup::BackupPlan": "backup-plan:{name}",
    "AWS::Backup::BackupVault": "backup-vault:{name}",
    "AWS::CertificateManager::Certificate": "certificate/{uuid}",
    "AWS::CloudTrail::Trail": "trail/{name}",
    "AWS::CloudWatch::CompositeAlarm": "alarm:{name}",
    "AWS::DLM::LifecyclePolicy": "policy/{name}",
    "AWS::DocDB::DBCluster": "cluster:{name}",
    "AWS::DocDB::DBInstance": "db:{name}",
    "AWS::ECS::Cluster": "cluster/{name}",
    "AWS::ECS::Service": "service/{name}",
    "AWS::ECS::TaskDefinition": "task-definition/{name}:1",
    "AWS::EFS::AccessPoint": "access-point/{name}",
    "AWS::EFS::FileSystem": "file-system/{name}",
    "AWS::ElasticLoadBalancingV2::Listener": "listener/app/{name}/{hex}/{hex}",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "listener-rule/app/{name}/{hex}/{hex}/{hex}",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "loadbalancer/app/{name}/{hex}",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "targetgroup/{name}/{hex}",
    "AWS::IAM::InstanceProfile": "instance-profile/{name}",
    "AWS::RDS::DBCluster": "cluster:{name}",
    "AWS::RDS::DBInstance": "db:{name}",
    "AWS::WAFv2::WebACL": "regional/webacl/{name}/{uuid}",
}

# The host part of a generated DNS name.
DNS = {
    "CloudFront": "{hex}.cloudfront.net",
    "Cognito": "cognito-idp.{region}.amazonaws.com/{name}",
    "EC2": "ec2-198-51-100-7.compute-1.amazonaws.com",
    "ElasticLoadBalancingV2": "{name}-1234567890.{region}.elb.amazonaws.com",
    "ElastiCache": "master.{name}.{hex}.cache.amazonaws.com",
    "RDS": "{name}.{hex}.{region}.rds.amazonaws.com",
    "DocDB": "{name}.{hex}.{region}.docdb.amazonaws.com",
}
