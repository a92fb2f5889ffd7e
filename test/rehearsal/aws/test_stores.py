"""Real servers behind database resources, and functions that really work with them."""

from __future__ import annotations

import io
import json
import socket
import ssl
import zipfile
from typing import Any

import pg8000.native
import pytest
from conftest import Cloud
from pymongo import MongoClient
from pymongo.errors import PyMongoError

# An initialiser in small: it verifies the server against the authorities beside it, and logs in as the master.
HANDLER = """
import json, os, ssl, urllib.request
import boto3

BUNDLE = os.path.join(os.path.dirname(__file__), "rds-ca-bundle.pem")

def work(properties):
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=properties["MasterSecretArn"])
    told = json.loads(secret["SecretString"])
    if told["engine"] == "postgres":
        import pg8000.native
        context = ssl.create_default_context(cafile=BUNDLE)
        connection = pg8000.native.Connection(told["username"], password=told["password"], host=told["host"],
            port=told["port"], database=told["dbname"], ssl_context=context)
        connection.run("CREATE EXTENSION IF NOT EXISTS vector")
        return connection.run("SELECT extversion FROM pg_extension WHERE extname = 'vector'")[0][0]
    import pymongo
    client = pymongo.MongoClient(told["host"], told["port"], username=told["username"], password=told["password"],
        tls=True, tlsCAFile=BUNDLE, retryWrites=False, authMechanism="SCRAM-SHA-1", serverSelectionTimeoutMS=10000)
    client["LibreChat"]["messages"].create_index("messageId", unique=True)
    return sorted(client["LibreChat"]["messages"].index_information())[-1]

def handler(event, context):
    answer = {key: event[key] for key in ("RequestId", "StackId", "LogicalResourceId")}
    answer.update(Status="SUCCESS", PhysicalResourceId=event.get("PhysicalResourceId", "init"), Data={})
    if event["RequestType"] != "Delete":
        try:
            answer["Data"] = {"Result": work(event["ResourceProperties"])}
        except Exception as error:
            answer.update(Status="FAILED", Reason=f"{type(error).__name__}: {error}")
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
"""
BROKEN = "import there_is_no_such_module\n"


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def from_secret(key: str) -> dict[str, Any]:
    return {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, f":SecretString:{key}::}}}}"]]}


SECRET = resource(
    "SecretsManager::Secret",
    GenerateSecretString={
        "SecretStringTemplate": '{"username":"chat"}',
        "GenerateStringKey": "password",
        "ExcludeCharacters": '"@/\\',
    },
)
LOGIN = {"MasterUsername": from_secret("username"), "MasterUserPassword": from_secret("password")}


def attachment(target: str, kind: str) -> dict[str, Any]:
    return resource(
        "SecretsManager::SecretTargetAttachment",
        SecretId={"Ref": "Secret"},
        TargetId={"Ref": target},
        TargetType=f"AWS::{kind}",
    )


def initialiser(version: str) -> dict[str, Any]:
    arguments = {
        "ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]},
        "MasterSecretArn": {"Ref": "Secret"},
        "Version": version,
    }
    return {"Type": "Custom::Init", "Properties": arguments, "DependsOn": ["Attachment"]}


def functions(bucket: str, key: str = "init.zip") -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = resource("IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]})
    code = {"S3Bucket": bucket, "S3Key": key}
    arn = {"Fn::GetAtt": ["Role", "Arn"]}
    function = resource(
        "Lambda::Function", Code=code, Handler="index.handler", Runtime="python3.13", Role=arn, Timeout=60
    )
    return {"Role": role, "Function": function}


def postgres(bucket: str, version: str, **more: Any) -> dict[str, Any]:
    database = resource(
        "RDS::DBInstance",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        DBName="rag",
        **LOGIN,
        **{"AllocatedStorage": "20", **more},
    )
    database["DeletionPolicy"] = "Delete"
    return {
        "Resources": {
            **functions(bucket),
            "Secret": SECRET,
            "Database": database,
            "Attachment": attachment("Database", "RDS::DBInstance"),
            "Init": initialiser(version),
        },
        "Outputs": {
            "Host": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Address"]}},
            "Port": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Port"]}},
            "Vector": {"Value": {"Fn::GetAtt": ["Init", "Result"]}},
        },
    }


def documents(bucket: str, version: str, **more: Any) -> dict[str, Any]:
    member = resource("DocDB::DBInstance", DBClusterIdentifier={"Ref": "Cluster"}, DBInstanceClass="db.t4g.medium")
    join = attachment("Cluster", "DocDB::DBCluster")
    return {
        "Resources": {
            **functions(bucket),
            "Secret": SECRET,
            "Cluster": resource("DocDB::DBCluster", **LOGIN, **more),
            "Member": member,
            "Attachment": {**join, "DependsOn": ["Member"]},
            "Init": initialiser(version),
        },
        "Outputs": {
            "Port": {"Value": {"Fn::GetAtt": ["Cluster", "Port"]}},
            "Index": {"Value": {"Fn::GetAtt": ["Init", "Result"]}},
        },
    }


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> str:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="code")
    for key, handler in (("init.zip", HANDLER), ("broken.zip", BROKEN)):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("index.py", handler)
            # What product code carries; the rehearsal's authority is added where the code is unpacked.
            archive.writestr("rds-ca-bundle.pem", "")
        s3.put_object(Bucket="code", Key=key, Body=content.getvalue())
    return "code"


def login(cloud: Cloud, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        cloud.secrets.get_secret_value(SecretId=cloud.physical_ids(name)["Secret"])["SecretString"]
    )
    return told


def sql(cloud: Cloud, told: dict[str, Any], statement: str, **changes: Any) -> Any:
    context = ssl.create_default_context(cafile=str(cloud.state / "ca/ca.pem"))
    options = {"host": told["host"], "port": told["port"], "password": told["password"], "database": told["dbname"]}
    with_changes = {**options, "ssl_context": context, **changes}
    connection = pg8000.native.Connection(told["username"], **with_changes)
    try:
        return connection.run(statement)
    finally:
        connection.close()


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def order_wrong_password(cloud: Cloud) -> None:
    (cloud.state / "faults/wrong-master-password").touch()


def test_postgres_serves_its_initialiser_and_survives_changes_and_a_rollback(cloud: Cloud, bucket: str) -> None:
    stack = cloud.create(postgres(bucket, "1"))
    name = stack["StackName"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    outputs, told = cloud.outputs(name), login(cloud, name)
    assert outputs["Vector"].startswith("0.")
    assert (told["host"], str(told["port"]), told["dbname"]) == (outputs["Host"], outputs["Port"], "rag")
    store = next(entry for entry in cloud.report()["stores"] if entry["stack"] == name)
    assert store["server"].startswith("PostgreSQL 18.")
    assert "pgvector" in store["server"]

    assert sql(cloud, told, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        [False, True]
    ]
    sql(cloud, told, "CREATE TABLE kept AS SELECT 1 AS one")
    cloud.update(name, postgres(bucket, "1", AllocatedStorage="30") | {"Description": "larger"})
    assert sql(cloud, told, "SELECT one FROM kept") == [[1]], "an in-place change keeps the data"

    order_wrong_password(cloud)
    assert cloud.update(name, postgres(bucket, "2"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "password authentication failed" in cloud.reasons(name)
    assert sql(cloud, told, "SELECT one FROM kept") == [[1]], "the password is right again"
    assert cloud.update(name, postgres(bucket, "3"))["StackStatus"] == "UPDATE_COMPLETE", "a fault is played once"

    assert cloud.delete(name) == "DELETE_COMPLETE"
    assert refuses(told["port"])
    assert [entry for entry in cloud.report()["stores"] if entry["stack"] == name] == []


def test_postgres_refuses_plain_connections_strangers_and_unknown_authorities(cloud: Cloud, bucket: str) -> None:
    template = postgres(bucket, "1")
    for logical_id in ("Init", "Function", "Role"):
        del template["Resources"][logical_id]
    del template["Outputs"]["Vector"]
    name = cloud.create(template)["StackName"]
    told = login(cloud, name)
    with pytest.raises(pg8000.exceptions.DatabaseError, match="password authentication failed"):
        sql(cloud, told, "SELECT 1", password="wrong")
    with pytest.raises(ssl.SSLCertVerificationError):
        sql(cloud, told, "SELECT 1", ssl_context=ssl.create_default_context())
    with socket.create_connection(("127.0.0.1", told["port"])) as plain:
        plain.sendall(b"\0\0\0\x14\0\3\0\0user\0me\0\0\0\0")
        assert b"no pg_hba.conf entry" in plain.recv(200)
    cloud.delete(name)


def test_documentdb_serves_its_initialiser_and_a_wrong_password_rolls_the_stack_back(cloud: Cloud, bucket: str) -> None:
    stack = cloud.create(documents(bucket, "1"))
    name = stack["StackName"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    told = login(cloud, name)
    assert cloud.outputs(name) == {"Port": str(told["port"]), "Index": "messageId_1"}
    order_wrong_password(cloud)
    assert cloud.update(name, documents(bucket, "2"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "OperationFailure" in cloud.reasons(name)
    assert "uth" in cloud.reasons(name)
    assert cloud.update(name, documents(bucket, "3"))["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.delete(name) == "DELETE_COMPLETE"
    assert refuses(told["port"])


def test_nothing_answers_on_a_cluster_without_an_instance(cloud: Cloud, bucket: str) -> None:
    template = documents(bucket, "1")
    for logical_id in ("Member", "Attachment", "Init", "Function", "Role"):
        del template["Resources"][logical_id]
    del template["Outputs"]["Index"]
    name = cloud.create(template)["StackName"]
    assert refuses(int(cloud.outputs(name)["Port"]))
    cloud.delete(name)


def test_aurora_answers_on_the_endpoint_of_its_cluster(cloud: Cloud) -> None:
    template = {
        "Resources": {
            "Secret": SECRET,
            "Cluster": {
                **resource("RDS::DBCluster", Engine="aurora-postgresql", DatabaseName="rag", **LOGIN),
                "DeletionPolicy": "Snapshot",
            },
            "Writer": resource(
                "RDS::DBInstance",
                Engine="aurora-postgresql",
                DBClusterIdentifier={"Ref": "Cluster"},
                DBInstanceClass="db.serverless",
            ),
            "Attachment": {**attachment("Cluster", "RDS::DBCluster"), "DependsOn": "Writer"},
        }
    }
    stack = cloud.create(template)
    name = stack["StackName"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    assert sql(cloud, login(cloud, name), "SELECT current_database()") == [["rag"]]
    cloud.delete(name)
    assert [entry["logicalId"] for entry in cloud.report()["snapshots"] if entry["stack"] == name] == ["Cluster"]


def test_redis_asks_for_tls_and_its_token(cloud: Cloud) -> None:
    cache = resource(
        "ElastiCache::ReplicationGroup",
        ReplicationGroupDescription="d",
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
        TransitEncryptionEnabled=True,
        AuthToken="a-token-of-some-length",
    )
    port = {"Value": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Port"]}}
    host = {"Value": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Address"]}}
    stack = cloud.create({"Resources": {"Cache": cache}, "Outputs": {"Port": port, "Host": host}})
    name = stack["StackName"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    outputs = cloud.outputs(name)
    context = ssl.create_default_context(cafile=str(cloud.state / "ca/ca.pem"))
    plain = socket.create_connection((outputs["Host"], int(outputs["Port"])))
    with context.wrap_socket(plain, server_hostname=outputs["Host"]) as tls:
        answers = tls.makefile("rb")
        tls.sendall(b"PING\r\n")
        assert answers.readline().startswith(b"-NOAUTH")
        tls.sendall(b"AUTH a-token-of-some-length\r\nPING\r\n")
        assert [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
    cloud.delete(name)
    assert refuses(int(outputs["Port"]))


def test_a_function_that_cannot_start_fails_its_stack_at_once(cloud: Cloud, bucket: str) -> None:
    token = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}
    custom = {"Type": "Custom::Broken", "Properties": token}
    stack = cloud.create({"Resources": {**functions(bucket, "broken.zip"), "Custom": custom}})
    assert stack["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
    assert "there_is_no_such_module" in cloud.reasons(stack["StackName"])


def test_documentdb_wants_tls(cloud: Cloud, bucket: str) -> None:
    template = documents(bucket, "1")
    for logical_id in ("Init", "Function", "Role"):
        del template["Resources"][logical_id]
    del template["Outputs"]["Index"]
    name = cloud.create(template)["StackName"]
    told = login(cloud, name)
    with MongoClient(told["host"], told["port"], serverSelectionTimeoutMS=500) as plain, pytest.raises(PyMongoError):
        plain.admin.command("ping")
    cloud.delete(name)
