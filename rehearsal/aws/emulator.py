"""The emulator's seams: the names of `ministack` that this plug-in uses, checked before anything runs."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import uuid
from collections.abc import Callable
from typing import Any

_CLOUDFORMATION = "ministack.services.cloudformation"


class SeamMissing(Exception):
    """The installed emulator is not the one this plug-in was written for."""


def seam(module_name: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError):
        version = importlib.metadata.version("ministack")
        wanted = f"{module_name}.{name}"
        raise SeamMissing(f"ministack {version} has no {wanted}: install rehearsal/requirements.txt") from None


def replace(module_name: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a function, in every module that imported it."""
    original = seam(module_name, name)
    replacement = make(original)
    for module in [m for key, m in sys.modules.items() if key.startswith("ministack")]:
        for attribute, value in list(vars(module).items()):
            if value is original:
                setattr(module, attribute, replacement)


class Emulator:
    """What the plug-in reads of the emulator's state."""

    def __init__(self) -> None:
        for module in ("changesets", "handlers", "stacks"):
            importlib.import_module(f"{_CLOUDFORMATION}.{module}")
        provisioners = f"{_CLOUDFORMATION}.provisioners"
        # Filled in place: other modules hold the same objects.
        self.handlers: dict[str, dict[str, Any]] = seam(provisioners, "_RESOURCE_HANDLERS")
        self.replacing: dict[str, tuple[str, ...]] = seam(provisioners, "_REPLACING_PROPERTIES")
        self.custom_names: dict[str, dict[str, Any]] = seam(provisioners, "_CUSTOM_NAME_REPLACEMENT")
        self.region: Callable[[], str] = seam("ministack.core.responses", "get_region")
        self.account: Callable[[], str] = seam("ministack.core.responses", "get_account_id")
        self._seed = seam(provisioners, "_NAME_SEED")
        self._physical_name = seam(provisioners, "_physical_name")
        self._stacks = seam(_CLOUDFORMATION, "_stacks")

    def name(self, stack: str, logical_id: str, longest: int) -> str:
        """CloudFormation's name for a resource that the template leaves unnamed."""
        return str(self._physical_name(stack, logical_id, max_len=longest))

    def draw_name(self) -> None:
        """Give a new resource a suffix of its own: a retained predecessor keeps its name for itself."""
        if not self._seed.get():
            self._seed.set(uuid.uuid4().hex[:8])

    def stack(self, name: str) -> dict[str, Any]:
        return self._stacks.get(name) or {}
