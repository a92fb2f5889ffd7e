"""Which resource stands for which store, and when a store starts, changes and ends."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws.processes import Processes, free_port
from aws.records import Record, records
from aws.report import Report
from aws.stores.certificates import Authority
from aws.stores.mongo import MongoStore
from aws.stores.postgres import PostgresStore
from aws.stores.redis import RedisStore, RedisUser

Store = PostgresStore | MongoStore | RedisStore

CLUSTERS = ("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster")
MEMBERS = ("AWS::RDS::DBInstance", "AWS::DocDB::DBInstance")
# Their handlers start processes, so they must not run on the emulator's event loop.
SLOW_TYPES = (*CLUSTERS, *MEMBERS, "AWS::ElastiCache::ReplicationGroup")


class Stores:
    def __init__(self, folder: Path, authority: Authority, children: Processes, report: Report) -> None:
        self._folder, self._authority, self._children, self._report = folder, authority, children, report
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        # By type and physical id of the resource that has the endpoint.
        self._running: dict[tuple[str, str], Store] = {}

    def created(self, record: Record) -> None:
        """Start what a new resource stands for, and give it the real endpoint."""
        kind, properties = record.type_name, record.properties
        if kind in CLUSTERS and _engine(record) in ("docdb", "aurora-postgresql"):
            # As on AWS, the endpoint is known now, and nothing answers there before the cluster has an instance.
            self._keep(record, MongoStore if kind == "AWS::DocDB::DBCluster" else PostgresStore)
        elif kind in MEMBERS and properties.get("DBClusterIdentifier"):
            self._join(record, str(properties["DBClusterIdentifier"]))
        elif kind == "AWS::RDS::DBInstance" and _engine(record) == "postgres":
            self._keep(record, PostgresStore)
            self._start(record)
        elif kind == "AWS::ElastiCache::ReplicationGroup":
            self._keep(record, RedisStore)
            self._start(record)

    def _keep(self, record: Record, make: Callable[[Path, Authority, Processes, int], Store]) -> None:
        store = make(self._folder / str(next(self._numbers)), self._authority, self._children, free_port())
        self._running[record.type_name, record.physical_id] = store
        record.attributes.update(_endpoint(record, store.port))

    def _join(self, member: Record, cluster_id: str) -> None:
        cluster_type = member.type_name.replace("DBInstance", "DBCluster")
        store = self._running.get((cluster_type, cluster_id))
        cluster = records.get((cluster_type, cluster_id))
        if store and cluster:
            member.attributes.update(_endpoint(member, store.port))
            with self._lock:
                if not store.server:
                    self._start(cluster)

    def _start(self, record: Record) -> None:
        store, properties = self._running[record.type_name, record.physical_id], record.properties
        try:
            if isinstance(store, RedisStore):
                tls = str(properties.get("TransitEncryptionEnabled", "false")).lower() == "true"
                store.start(_redis_users(properties), tls=tls)
            elif isinstance(store, PostgresStore):
                database = properties.get("DatabaseName") or properties.get("DBName")
                store.start(str(properties["MasterUsername"]), str(properties["MasterUserPassword"]), database)
            else:
                store.start(str(properties["MasterUsername"]), str(properties["MasterUserPassword"]))
        except KeyError as missing:
            raise ValueError(f"The parameter {missing} must be provided and must not be blank.") from None
        self._report.add(
            "stores",
            {
                "stack": record.stack,
                "logicalId": record.logical_id,
                "type": record.type_name,
                "server": store.server,
                "endpoint": f"localhost:{store.port}",
            },
        )

    def updated(self, record: Record, old: dict[str, Any]) -> None:
        """An in-place change leaves the server and its data alone; only a new master password reaches it."""
        store, password = (
            self._running.get((record.type_name, record.physical_id)),
            record.properties.get("MasterUserPassword"),
        )
        if store and store.server and not isinstance(store, RedisStore) and password != old.get("MasterUserPassword"):
            store.set_password(str(password))

    def deleted(self, record: Record) -> None:
        store = self._running.pop((record.type_name, record.physical_id), None)
        if store:
            store.stop()
            self._report.remove_store(record.stack, record.logical_id)

    def of_secret(self, value: str) -> Store | None:
        """The store whose master a secret describes: by its port, or before it is attached by name and password."""
        try:
            told = json.loads(value)
        except ValueError:
            return None
        if not isinstance(told, dict):
            return None
        for store in self._running.values():
            if not isinstance(store, RedisStore) and store.server:
                login = (told.get("username"), told.get("password")) == (store.user, store.password)
                if login and str(told.get("port", store.port)) == str(store.port):
                    return store
        return None

    def stop_all(self) -> None:
        for store in list(self._running.values()):
            store.stop()


def _engine(record: Record) -> str:
    return "docdb" if record.type_name.startswith("AWS::DocDB") else str(record.properties.get("Engine", ""))


def _endpoint(record: Record, port: int) -> dict[str, Any]:
    """The attributes of a type that carry an address, whatever they are called there."""
    found: dict[str, Any] = {}
    for name in record.attributes:
        last = name.split(".")[-1]
        if last in ("HostedZoneId", "Addresses", "AddressesList", "PortsList"):
            continue
        if last in ("Port", "Ports"):
            found[name] = str(port)
        elif last in ("Address", "ReadEndpoint") or (name == "Endpoint" and record.type_name.startswith("AWS::DocDB")):
            found[name] = "localhost"
    return found


def _redis_users(properties: dict[str, Any]) -> list[RedisUser]:
    if properties.get("AuthToken"):
        return [RedisUser("default", (str(properties["AuthToken"]),))]
    users = []
    for group_id in properties.get("UserGroupIds") or []:
        group = records.get(("AWS::ElastiCache::UserGroup", str(group_id)))
        for user_id in group.properties.get("UserIds", []) if group else []:
            user = records.get(("AWS::ElastiCache::User", str(user_id)))
            if user:
                mode = user.properties.get("AuthenticationMode") or {}
                passwords = user.properties.get("Passwords") or mode.get("Passwords") or []
                name = str(user.properties["UserName"])
                access = str(user.properties.get("AccessString", "on ~* +@all"))
                users.append(RedisUser(name, tuple(map(str, passwords)), access))
    return users
