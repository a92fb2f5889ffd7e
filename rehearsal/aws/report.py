"""`report.json`: what stood behind each resource, what was accepted but not shown, and what outlived its stack."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

# Accepted by the rehearsal without the thing itself; said once per stack and type.
NOT_SHOWN = {
    "AWS::AutoScaling::AutoScalingGroup": "no instance was started: user data did not run, signals count as received",
    "AWS::CertificateManager::Certificate": "the certificate counts as validated: no DNS record was looked up",
    "AWS::CloudFormation::WaitCondition": "counts as signalled: no machine booted that could signal",
    "AWS::CloudFront::Distribution": "no edge served it",
    "AWS::EC2::Instance": "no machine booted: user data did not run, signals count as received",
    "AWS::EC2::NatGateway": "no network packet was routed",
    "AWS::ECS::Service": "no container was started: the service counts as stable",
    "AWS::EFS::FileSystem": "no file system was mounted",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "no request was balanced, no health check ran",
    "AWS::RDS::DBProxy": "no proxy was started",
}


class Report:
    """Kept current on disk, so that a reader needs no question to the emulator."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._content: dict[str, list[dict[str, Any]]] = {"stores": [], "notes": [], "retained": [], "snapshots": []}
        self._write()

    def _write(self) -> None:
        whole = self._path.with_suffix(".tmp")
        whole.write_text(json.dumps(self._content, indent=2) + "\n", encoding="utf-8")
        os.replace(whole, self._path)

    def add(self, section: str, entry: dict[str, Any]) -> None:
        with self._lock:
            if entry not in self._content[section]:
                self._content[section].append(entry)
                self._write()

    def remove_store(self, stack: str, logical_id: str) -> None:
        with self._lock:
            same = ("stack", stack), ("logicalId", logical_id)
            kept = [e for e in self._content["stores"] if not all(e[key] == value for key, value in same)]
            if kept != self._content["stores"]:
                self._content["stores"] = kept
                self._write()

    def not_shown(self, stack: str, logical_id: str, type_name: str) -> None:
        if type_name in NOT_SHOWN:
            entry = {"stack": stack, "logicalId": logical_id, "type": type_name, "note": NOT_SHOWN[type_name]}
            self.add("notes", entry)
