"""Real servers for both initializers, started here and ended here.

The functions run as they are deployed: their files and the CA bundle in one folder, which is all that is on the path.
Only the bundle's content is the test's own authority, because the servers' certificates come from it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = Path(tempfile.mkdtemp(prefix="initializers-"))
for source in ("common", "init-postgres", "init-docdb"):
    shutil.copytree(ROOT / "lambda" / source, DEPLOYED, dirs_exist_ok=True)
sys.path[:0] = [str(DEPLOYED), str(ROOT / "rehearsal")]

import init_docdb  # noqa: E402
import initializer  # noqa: E402
from aws.processes import Processes  # noqa: E402
from aws.stores.certificates import Authority  # noqa: E402
from aws.stores.postgres import PostgresStore  # noqa: E402

from faults import Faults  # noqa: E402
from stacks import MASTER, MASTER_PASSWORD  # noqa: E402


def pytest_unconfigure() -> None:
    shutil.rmtree(DEPLOYED, ignore_errors=True)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: PostgreSQL runs as nobody, who must be able to get there. In memory where there is some.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    path = Path(tempfile.mkdtemp(prefix="initializer-servers-", dir=memory))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(folder: Path) -> Authority:
    made = Authority(folder / "tls")
    shutil.copyfile(made.ca, DEPLOYED / "rds-ca-bundle.pem")
    return made


@pytest.fixture(scope="session")
def processes(folder: Path) -> Iterator[Processes]:
    children = Processes(folder / "processes")
    yield children
    children.end_all()


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def postgres(
    folder: Path, authority: Authority, processes: Processes, free_port: Callable[[], int]
) -> Iterator[PostgresStore]:
    store = PostgresStore(folder / "postgres", authority, processes, free_port())
    store.start(MASTER, MASTER_PASSWORD, None)
    yield store
    store.stop()


@pytest.fixture(scope="session", params=["documentdb", "mongodb"])
def mongo(
    request: pytest.FixtureRequest,
    folder: Path,
    authority: Authority,
    processes: Processes,
    free_port: Callable[[], int],
) -> Iterator[int]:
    yield from start_mongo(str(request.param), folder, authority, processes, free_port())


def start_mongo(mode: str, folder: Path, authority: Authority, processes: Processes, port: int) -> Iterator[int]:
    place = folder / f"mongo-{mode}-{port}"
    place.mkdir()
    ready = place / "ready.json"
    script = [str(ROOT / "node_modules/tsx/dist/cli.mjs"), str(ROOT / "rehearsal/mongo/server.ts")]
    options = ["--mode", mode, "--port", str(port), "--user", MASTER, "--password-env", "MONGO_MASTER_PASSWORD"]
    tls = ["--tls-cert", str(authority.certificate), "--tls-key", str(authority.key), "--ready-file", str(ready)]
    environment = {**os.environ, "MONGO_MASTER_PASSWORD": MASTER_PASSWORD}
    process = processes.start("mongo", ["node", *script, *options, *tls], place, environment)
    wait_for(ready.exists, process)
    yield port
    processes.stop(process)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert process.poll() is None, "the server ended at once"
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)


@pytest.fixture
def few_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Where the number of indexes does not matter, three collections do."""
    data = json.loads(init_docdb.DATA_FILE.read_text())
    chosen = [model for model in data["collections"] if model["name"] in ("conversations", "messages", "roles")]
    file = tmp_path / "indexes.json"
    file.write_text(json.dumps({**data, "collections": chosen}))
    monkeypatch.setattr(init_docdb, "DATA_FILE", file)
    return {model["name"]: model["indexes"] for model in chosen}


@pytest.fixture(scope="session")
def faults() -> Faults:
    return Faults()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initializer, "POLL_SECONDS", 0.2)


@pytest.fixture(autouse=True)
def no_secret_in_logs(capfd: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does: every log line is JSON, and none shows a password."""
    yield
    output = capfd.readouterr().out
    known = [MASTER_PASSWORD, "first'Pass", "second'Pass"]
    for line in output.splitlines():
        json.loads(line)
        assert not [word for word in known if word in line or json.dumps(word)[1:-1] in line]
