"""The resources that this plug-in serves itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Record:
    type_name: str
    physical_id: str
    logical_id: str
    stack: str
    properties: dict[str, Any]
    attributes: dict[str, Any]


# By type and physical id. The emulator runs one stack operation after another, each on one thread at a time.
records: dict[tuple[str, str], Record] = {}
