"""The processes this server starts: each in a group of its own, each ended by its id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

NOBODY = 65534


class Processes:
    """Starts servers and ends them again; what a killed earlier run left with this state folder is ended first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._end_leftovers()

    def start(
        self, name: str, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with open(cwd / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.remember(process.pid)
        return process

    def remember(self, pid: int) -> None:
        """Note a process, with its start time: a number alone may be another process by the next run."""
        with self._lock:
            (self._folder / str(pid)).write_text(_started(pid), encoding="utf-8")

    def stop(self, process: subprocess.Popen[bytes], sign: int = signal.SIGTERM, patience: float = 5) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(patience)
        (self._folder / str(process.pid)).unlink(missing_ok=True)

    def end_all(self) -> None:
        """End whatever is still noted, Lambda workers included."""
        self._end_leftovers(sign=signal.SIGTERM)

    def _end_leftovers(self, sign: int = signal.SIGKILL) -> None:
        with self._lock:
            noted = {int(entry.name): entry for entry in self._folder.iterdir() if entry.name.isdigit()}
            ours = [pid for pid, entry in noted.items() if _started(pid) == entry.read_text(encoding="utf-8") != ""]
            for attempt in (sign, signal.SIGKILL):
                for pid in ours:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, attempt)
                until = time.monotonic() + 3
                while (ours := [pid for pid in ours if _alive(pid)]) and time.monotonic() < until:
                    time.sleep(0.02)
            for entry in noted.values():
                entry.unlink(missing_ok=True)


def _started(pid: int) -> str:
    """When a process started, in the machine's own words; empty where there is no such process."""
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def as_nobody(command: Sequence[str]) -> list[str]:
    """The same command without root, which PostgreSQL refuses. Traversal of root's folders is what it keeps."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return list(command)
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    keep = ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    return ["setpriv", *ids, *keep, "--", *command]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended at once with exit code {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{what} did not answer on port {port} within {seconds:g} s")
