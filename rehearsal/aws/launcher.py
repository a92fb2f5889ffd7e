"""Starts the emulator with the plug-in in it, says when it is ready, and ends everything it started."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws import schemas
from aws.processes import Processes, free_port

_REPOSITORY = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="main.py", description="A local AWS for rehearsals, strict like CloudFormation."
    )
    parser.add_argument(
        "--state", type=Path, required=True, help="folder for all state; only this folder is written to"
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--ready-file", type=Path, required=True, help="file that is written once requests are served")
    parser.add_argument("--log", type=Path, help="file for the log (default: aws.log in the state folder)")
    options = parser.parse_args(arguments)
    state: Path = options.state.resolve()
    port = options.port or free_port()
    options.ready_file.unlink(missing_ok=True)
    state.mkdir(parents=True, exist_ok=True)
    children = Processes(state / "processes")
    for name in ("stores", "tmp", "ca"):
        # The emulator keeps its own state in memory: what an earlier run left means nothing now.
        shutil.rmtree(state / name, ignore_errors=True)
        (state / name).mkdir()
    # Lambda code is unpacked below: without this, Node takes its module type from a repository around the folder.
    (state / "tmp/package.json").write_text("{}\n", encoding="utf-8")
    _environment(state, port)
    _log_to(options.log or state / "aws.log")

    # Only now: the emulator reads its environment when it is imported.
    from aws.emulator import SeamMissing
    from aws.plugin import install

    try:
        stop_stores = install(state, children)
        _serve_until_told(_when_ready(port, options.ready_file), [stop_stores, children.end_all])
    except SeamMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    import ministack.app

    # Reading schemas takes seconds the first time: done while the first client still starts.
    threading.Thread(target=schemas.find, args=("AWS::EC2::VPC", "us-east-1"), daemon=True).start()
    sys.argv = ["ministack"]
    ministack.app.main()
    return 0


def _environment(state: Path, port: int) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        # The server would hand it on to its Lambda workers, in place of its own address.
        del os.environ[name]
    os.environ.update(
        {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "STATE_DIR": str(state / "tmp"),
            "S3_DATA_DIR": str(state / "tmp" / "s3"),
            "TMPDIR": str(state / "tmp"),
            "LAMBDA_EXECUTOR": "local",
            # Servers of services that nothing here uses.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # CDK's own functions take the SDK from the runtime, which is Node's without packages here.
            "NODE_PATH": str(_REPOSITORY / "node_modules"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )
    # SDKs in workers refuse to start without a region and credentials of some kind.
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")


def _log_to(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), handlers=[handler], force=True)


def _when_ready(port: int, ready_file: Path) -> Callable[[], Any]:
    async def tell() -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.02)
        partial = ready_file.with_suffix(".tmp")
        partial.write_text(
            json.dumps({"endpoint": f"http://localhost:{port}", "pid": os.getpid()}) + "\n", encoding="utf-8"
        )
        os.replace(partial, ready_file)

    return tell


def _serve_until_told(ready: Callable[[], Any], clean_up: list[Callable[[], None]]) -> None:
    """Put our own end into the emulator's server: its own waits for requests and leaves its workers behind."""
    import hypercorn.asyncio

    original = hypercorn.asyncio.serve

    async def serve(app: Any, config: Any) -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, told.set)
        tasks = [
            loop.create_task(original(app, config, shutdown_trigger=asyncio.Event().wait)),
            loop.create_task(ready()),
        ]
        ended = loop.create_task(told.wait())
        await asyncio.wait([tasks[0], ended], return_when=asyncio.FIRST_COMPLETED)
        for step in clean_up:
            await loop.run_in_executor(None, step)
        if tasks[0].done():
            tasks[0].result()
        # Threads that wait for a custom resource would hold the interpreter back for up to an hour.
        logging.shutdown()
        os._exit(0)

    # A narrower signature than the original's: the emulator passes no other argument.
    hypercorn.asyncio.serve = serve  # type: ignore[assignment]
