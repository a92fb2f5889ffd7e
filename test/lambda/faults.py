"""What operators see when something is wrong: noted by the tests that cause it, kept in a file, made into a table."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from stacks import Stack

# scripts/generate-fault-table.ts makes docs/FAULTS.md of it.
FILE = Path(__file__).with_name("faults.json")
RECORD = "RECORD_FAULTS"


@dataclass
class Faults:
    """Compares what a test saw with the file; with RECORD_FAULTS=1 in the environment, the file learns it instead."""

    file: Path = FILE

    def read(self) -> list[dict[str, str]]:
        return list(json.loads(self.file.read_text("utf-8"))) if self.file.exists() else []

    def record(self, stack: Stack, store: str, fault: str, message: str, kept: str) -> None:
        seen = {"store": store, "fault": fault, "seen": normalized(message, stack), "kept": kept}
        others = [entry for entry in self.read() if (entry["store"], entry["fault"]) != (store, fault)]
        if os.environ.get(RECORD) == "1":
            entries = sorted([*others, seen], key=lambda entry: (entry["store"], entry["fault"].lower()))
            self.file.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", "utf-8")
        assert seen in self.read(), (
            f"{self.file.name} is stale: run pytest with {RECORD}=1, then scripts/generate-fault-table.ts"
        )


def normalized(message: str, stack: Stack) -> str:
    """The same words on every machine and in every run: no ports, no numbers of ours, no seconds."""
    for own, told in ((stack.database, "LibreChat"), (stack.app, "librechat")):
        message = message.replace(own, told)
    return re.sub(r"within \d+ s", "within … s", re.sub(r"\b(localhost|127\.0\.0\.1):\d+", "HOST:PORT", message))
