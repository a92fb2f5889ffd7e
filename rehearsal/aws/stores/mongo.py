"""A MongoDB-wire server behind a DocumentDB cluster: a real one where there is one, else the project's imitation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aws import processes
from aws.stores.certificates import Authority
from aws.stores.tls_front import TlsFront

_REPOSITORY = Path(__file__).resolve().parents[3]
_URI = "REHEARSAL_MONGODB_URI"


class MongoStore:
    kind = "mongo"

    def __init__(self, folder: Path, authority: Authority, children: processes.Processes, port: int) -> None:
        self._folder, self._authority, self._children, self.port = folder, authority, children, port
        self._process: subprocess.Popen[bytes] | None = None
        self._front: TlsFront | None = None
        self.user = self.password = self.server = ""

    def start(self, user: str, password: str) -> None:
        self.user, self.password = user, password
        self._folder.mkdir(parents=True)
        if os.environ.get(_URI):
            self._start_given(os.environ[_URI])
        elif found := shutil.which("mongod"):
            self._start_mongod(found)
        else:
            self._start_imitation()

    def _start_given(self, uri: str) -> None:
        """Someone's own server without TLS (a standalone): the front adds TLS, the master is created there."""
        parts = urlsplit(uri)
        if parts.hostname not in ("localhost", "127.0.0.1"):
            raise RuntimeError(f"{_URI} must name a server on this machine, got {parts.hostname}")
        self._command(uri, {"createUser": self.user, "pwd": self.password, "roles": ["root"]})
        self._front = TlsFront(self._authority, self.port, parts.port or 27017)
        self.server = f"the server at {_URI} (MongoDB {self._version(uri)})"

    def _start_mongod(self, binary: str) -> None:
        pair = self._folder / "server.pem"
        pair.touch(mode=0o600)
        pair.write_bytes(self._authority.certificate.read_bytes() + self._authority.key.read_bytes())
        data = self._folder / "data"
        data.mkdir()
        tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(pair)]
        where = ["--dbpath", str(data), "--bind_ip", "127.0.0.1", "--port", str(self.port)]
        self._process = self._children.start("mongod", [binary, *where, *tls, "--auth"], self._folder)
        processes.wait_for_port(self.port, self._process, 30, "mongod")
        # The first user may be made without a login, from this machine only.
        uri = f"mongodb://localhost:{self.port}/?directConnection=true"
        self._command(uri, {"createUser": self.user, "pwd": self.password, "roles": ["root"]}, tls=True)
        self.server = f"MongoDB {self._version(uri)} from the PATH"

    def _start_imitation(self) -> None:
        ready = self._folder / "ready.json"
        tsx = _REPOSITORY / "node_modules/tsx/dist/cli.mjs"
        command = ["node", str(tsx), str(_REPOSITORY / "rehearsal/mongo/server.ts"), "--mode", "documentdb"]
        options = {
            "--port": str(self.port),
            "--user": self.user,
            # A password on the command line would be seen by every user of the machine.
            "--password-env": "REHEARSAL_MASTER_PASSWORD",
            "--tls-cert": str(self._authority.certificate),
            "--tls-key": str(self._authority.key),
            "--ready-file": str(ready),
        }
        env = {**os.environ, "REHEARSAL_MASTER_PASSWORD": self.password}
        flat = [part for pair in options.items() for part in pair]
        self._process = self._children.start("mongo", [*command, *flat], self._folder, env)
        until = time.monotonic() + 30
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                log = (self._folder / "mongo.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"the MongoDB-wire server did not start: {log.strip()[-500:]}")
            time.sleep(0.02)
        told = json.loads(ready.read_text(encoding="utf-8"))
        self.server = told.get("server", "the project's MongoDB-wire server (rehearsal/mongo), mode documentdb")

    def set_password(self, password: str) -> None:
        self._command(self._own_uri(), {"updateUser": self.user, "pwd": password}, tls=True, login=True)
        self.password = password

    def _own_uri(self) -> str:
        return f"mongodb://localhost:{self.port}/?directConnection=true"

    def _command(self, uri: str, command: dict[str, Any], *, tls: bool = False, login: bool = False) -> Any:
        # Imported late: most rehearsals never need a client.
        from pymongo import MongoClient

        options: dict[str, Any] = {"serverSelectionTimeoutMS": 10_000, "retryWrites": False}
        if tls:
            options.update(tls=True, tlsCAFile=str(self._authority.ca))
        if login:
            # DocumentDB knows SCRAM-SHA-1 only.
            options.update(username=self.user, password=self.password, authMechanism="SCRAM-SHA-1")
        with MongoClient(uri, **options) as client:
            return client.admin.command(command)

    def _version(self, uri: str) -> str:
        return str(self._command(uri, {"buildInfo": 1}, tls=self._process is not None)["version"])

    def stop(self) -> None:
        if self._front:
            self._front.close()
        if self._process:
            self._children.stop(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)
