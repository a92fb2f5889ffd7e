"""Physical ids and attributes in the form AWS gives them, from the schema of a type and its properties."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import regex

from aws import naming
from aws.schemas import Path, ResourceSchema, values_at


@dataclass
class Maker:
    """Names one new resource. Values stay the same within it: its id, ARN and host belong together."""

    schema: ResourceSchema
    properties: dict[str, Any]
    region: str
    account: str
    # AWS's generated name, "Stack-Logical-SUFFIX", at most that long.
    name_for: Callable[[int], str]

    def __post_init__(self) -> None:
        self.hex = secrets.token_hex(8)
        self.uuid = str(uuid.uuid4())
        self._made: dict[Path, Any] = {}

    @property
    def service(self) -> str:
        return self.schema.type_name.split("::")[1]

    def physical_id(self) -> str:
        """What `Ref` gives."""
        override = naming.REF.get(self.schema.type_name)
        paths = [tuple(override.split("/"))] if override else self.schema.primary
        parts = [str(self.value(path)) for path in paths if len(paths) == 1 or self._counts(path)]
        return "|".join(parts) or self._name(("Name",))

    def _counts(self, path: Path) -> bool:
        """Whether a part of a compound identifier exists: an optional one the template leaves out does not."""
        return path in self.schema.read_only or any(True for _ in values_at(self.properties, path))

    def attributes(self) -> dict[str, Any]:
        """Every attribute that Fn::GetAtt may name."""
        names = [name for name in self.schema.attributes if "*" not in name]
        return {name: self.value(tuple(name.split("."))) for name in names}

    def value(self, path: Path) -> Any:
        """A property as the template sets it, or as AWS would fill it in."""
        given = list(values_at(self.properties, path))
        if given and path not in self.schema.read_only:
            return given[0]
        if path not in self._made:
            self._made[path] = self._make(path)
        return self._made[path]

    def _make(self, path: Path) -> Any:
        node = self.schema.at(path)
        kinds = node.get("type", "string")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if "default" in node:
            return node["default"]
        if kind == "array":
            return self._list(path)
        if kind == "boolean":
            return False
        if kind in ("integer", "number"):
            return node.get("minimum", 1)
        if kind == "object":
            return {name: self.value((*path, name)) for name in self.schema.at(path).get("properties", {})}
        return str(node["enum"][0]) if node.get("enum") else self._string(path)

    def _list(self, path: Path) -> list[Any]:
        if path[-1] == "NameServers":
            return [
                f"ns-{n}.awsdns-{n:02}.{top}" for n, top in ((11, "com"), (612, "net"), (1123, "org"), (1834, "co.uk"))
            ]
        return [self._id(path)] if path[-1] in naming.ID_PREFIX else []

    def _string(self, path: Path) -> str:
        name, lower = path[-1], path[-1].lower()
        if lower.endswith("arn"):
            return (
                self.arn()
                if len(path) == 1
                else f"arn:aws:secretsmanager:{self.region}:{self.account}:secret:{self.hex}"
            )
        if "url" in lower:
            return f"https://{self._host()}"
        if "fullname" in lower:
            return self.arn().split(":", 5)[5].replace("loadbalancer/", "")
        if lower.endswith(("port", "ports")):
            return {"RDS": "5432", "DocDB": "27017", "ElastiCache": "6379"}.get(self.service, "443")
        if "address" in lower or "dns" in lower or lower in ("endpoint", "readendpoint", "domainname"):
            return self._host()
        if lower.endswith("ip"):
            return "198.51.100.7" if "public" in lower else "10.0.0.7"
        if "cidr" in lower:
            return str(next(values_at(self.properties, ("DestinationCidrBlock",)), "10.0.0.0/16"))
        if lower in ("state", "status") or lower.endswith("status"):
            return "available"
        if lower.endswith("time"):
            return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        if lower in ("ownerid", "accountid"):
            return self.account
        if lower.endswith("zone"):
            return f"{self.region}a"
        if name == "AttachmentType":
            return "IGW" if "InternetGatewayId" in self.properties else "VGW"
        if lower.endswith(("name", "identifier")):
            return self._name(path)
        is_id = lower.endswith(("id", "ids")) or name in naming.ID_PREFIX
        return self._id(path) if is_id else "1"

    def _id(self, path: Path) -> str:
        prefix = naming.ID_PREFIX.get(path[-1])
        if (path in self.schema.primary or path[-1] == "Id") and self.schema.type_name in naming.ID_PREFIX:
            prefix = naming.ID_PREFIX[self.schema.type_name]
        if prefix is None:
            return self._fitting(path, [self.uuid, self.hex])
        if prefix in ("Z", "E"):
            return prefix + self.hex[:13].upper()
        return f"{prefix.format(region=self.region)}0{self.hex}"

    def _name(self, path: Path) -> str:
        # A group name of ElastiCache or RDS is stored in lower case; where the pattern says so, follow it.
        kind = self.schema.type_name.split("::")[2]
        if path == ("Name",) and self.schema.at((f"{kind}Name",)):
            return str(self.value((f"{kind}Name",)))
        longest = self.schema.at(path).get("maxLength") or (32 if self.service == "ElasticLoadBalancingV2" else 63)
        whole = self.name_for(min(longest, 255))
        lowered = whole.lower() if self.service in ("RDS", "DocDB", "ElastiCache") else whole
        short = self.name_for(40).lower() if self.service == "ElastiCache" else lowered
        return self._fitting(path, [short, lowered, whole.lower(), self.hex])

    def _fitting(self, path: Path, candidates: list[str]) -> str:
        """The first candidate that the schema's own pattern accepts."""
        pattern = self.schema.at(path).get("pattern")
        for candidate in candidates:
            try:
                if pattern is None or regex.search(pattern, candidate):
                    return candidate
            except regex.error:
                break
        return candidates[0]

    def arn(self) -> str:
        shape = naming.ARN_RESOURCE.get(self.schema.type_name, self.schema.type_name.split("::")[2].lower() + "/{name}")
        service = naming.ARN_SERVICE.get(self.service, self.service.lower())
        region = "" if self.service in naming.GLOBAL else self.region
        if "{name}" in shape and self.schema.type_name.startswith("AWS::ECS::Service"):
            cluster = str(self.properties.get("Cluster", "default")).rsplit("/", 1)[-1]
            shape = shape.replace("{name}", f"{cluster}/{{name}}")
        resource = shape.format(name=self._own_name(), hex=self.hex, uuid=self.uuid)
        return f"arn:aws:{service}:{region}:{self.account}:{resource}"

    def _own_name(self) -> str:
        """What the ARN ends in: the identifier unless that is the ARN itself, else a name."""
        kind = self.schema.type_name.split("::")[2]
        identifiers = self.schema.primary if len(self.schema.primary) == 1 else []
        identifiers = [path for path in identifiers if not path[-1].lower().endswith("arn")]
        named: list[Path] = [(f"{kind}Name",), ("Name",), ("Family",)]
        for path in (*identifiers, *(path for path in named if self.schema.at(path))):
            return str(self.value(path))
        return self._name(("Name",))

    def _host(self) -> str:
        shape = naming.DNS.get(self.service, "{name}.{region}.amazonaws.com")
        return shape.format(name=self._own_name().lower(), hex=self.hex[:12], region=self.region)
