"""Faults on order: a file `faults/<name>` in the state folder asks for one, and is gone once it has been played."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aws.emulator import seam
from aws.stores.manager import Stores
from aws.stores.redis import RedisStore

WRONG_PASSWORD = "wrong-master-password"
_SECRET = "MasterSecretArn"


class Faults:
    def __init__(self, folder: Path, stores: Stores) -> None:
        self._folder, self._stores = folder, stores
        self._folder.mkdir(parents=True, exist_ok=True)
        self._value_of = seam("ministack.services.secretsmanager", "resolve_secret_string")

    @contextlib.contextmanager
    def around(self, function: dict[str, Any], event: dict[str, Any]) -> Iterator[None]:
        """Change the master's password in the store while an initialiser runs, so that its login really fails."""
        order = self._folder / WRONG_PASSWORD
        arn = _secret_arn(function, event)
        store = self._stores.of_secret(self._value_of(arn) or "") if arn and order.exists() else None
        if store is None or isinstance(store, RedisStore):
            yield
            return
        # Taken before the run: the provider framework invokes the function itself within it.
        order.unlink(missing_ok=True)
        right = store.password
        store.set_password(secrets.token_urlsafe(24))
        try:
            yield
        finally:
            store.set_password(right)


def _secret_arn(function: dict[str, Any], event: dict[str, Any]) -> str | None:
    """The master secret that a custom resource's Create or Update works with; Delete connects to nothing."""
    if event.get("RequestType") not in ("Create", "Update"):
        return None
    config = function.get("config") or function
    variables = (config.get("Environment") or {}).get("Variables") or {}
    return (event.get("ResourceProperties") or {}).get(_SECRET) or variables.get(_SECRET)
