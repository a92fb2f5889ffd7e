"""Lambda functions as the rehearsal runs them: with its CA and its faults, and without an hour of waiting."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aws.emulator import seam
from aws.faults import Faults
from aws.processes import Processes

# The file, next to the handler, in which the database initialisers carry the authorities that they trust.
CA_BUNDLE = "rds-ca-bundle.pem"


def zipfile_with_ca(ca: Path) -> SimpleNamespace:
    """The `zipfile` module for the emulator's unpacking of code: the rehearsal's CA joins those in the bundle.

    So the functions verify the local stores as they verify RDS, and their code knows nothing of a rehearsal.
    """

    class CodeZip(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
            super().extractall(path, members, pwd)
            for name in self.namelist():
                if Path(name).name == CA_BUNDLE:
                    with open(Path(path or ".") / name, "ab") as bundle:
                        bundle.write(b"\n" + ca.read_bytes())

    return SimpleNamespace(**{**vars(zipfile), "ZipFile": CodeZip})


def remembering_workers(children: Processes) -> Callable[[Any], Any]:
    """Note every worker process, so that none outlives the server."""

    def make(original: Callable[..., None]) -> Callable[..., None]:
        def spawn(worker: Any, *args: Any, **kwargs: Any) -> None:
            try:
                original(worker, *args, **kwargs)
            finally:
                if worker._proc is not None and worker._proc.poll() is None:
                    children.remember(worker._proc.pid)

        return spawn

    return make


def invoking(faults: Faults) -> Callable[[Any], Any]:
    """Around each invocation: faults that wait for it, and the failure of a function that answers nothing."""
    deliver = seam("ministack.services.cloudformation.custom_resource", "deliver_response")
    pending = seam("ministack.services.cloudformation.custom_resource", "_pending")

    def make(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def invoke(function: dict[str, Any], event: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
            request = event if isinstance(event, dict) and "RequestType" in event else {}
            with faults.around(function, request):
                result = original(function, event, *args, **kwargs)
            token = str(request.get("ResponseURL", "")).rsplit("/", 1)[-1]
            unanswered = token in pending and pending[token]["result"] is None
            if result.get("error") and unanswered and _serves(function, request):
                # On AWS the stack waits here until the custom resource times out, an hour by default.
                deliver(token, {"Status": "FAILED", "Reason": _reason(function, result)})
            return result

        return invoke

    return make


def _serves(function: dict[str, Any], request: dict[str, Any]) -> bool:
    """Whether CloudFormation itself called this function; the framework's waiter throws only to be called again."""
    token = (request.get("ResourceProperties") or {}).get("ServiceToken")
    return bool(token == (function.get("config") or function).get("FunctionArn"))


def _reason(function: dict[str, Any], result: dict[str, Any]) -> str:
    body = result.get("body")
    if isinstance(body, (str, bytes)):
        with contextlib.suppress(ValueError):
            body = json.loads(body)
    message = body.get("errorMessage") if isinstance(body, dict) else str(body)
    name = (function.get("config") or function).get("FunctionName", "the function")
    return f"{name} failed before it answered CloudFormation: {message}"
