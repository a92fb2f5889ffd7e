"""Writes the environment of each container into a file that root alone can read.

usage: write-environment.py SETTINGS FOLDER LIBRECHAT_YAML

SETTINGS is {"containers": {name: {"variables": {...}, "secrets": {variable: {"arn", "field"?}}}}}. Each container gets
FOLDER/<name>.env with its own variables only, in the form that Docker takes as it is (NAME=value, nothing quoted).
Values are never printed. What LibreChat would accept in silence and then work wrongly with is refused here.
"""

# Amazon Linux 2023's own Python, which is 3.9.
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

# LibreChat starts with a key of the wrong form, and fails, or makes up a new one, when it's first used.
FORMS = {
    "CREDS_KEY": (re.compile(r"[0-9a-fA-F]{64}"), "64 hexadecimal digits"),
    "CREDS_IV": (re.compile(r"[0-9a-fA-F]{32}"), "32 hexadecimal digits"),
    "JWT_SECRET": (re.compile(r"\S{32,}"), "32 characters or more"),
    "JWT_REFRESH_SECRET": (re.compile(r"\S{32,}"), "32 characters or more"),
    "MEILI_MASTER_KEY": (re.compile(r"\S{16,}"), "16 characters or more"),
    "MONGO_URI": (re.compile(r"mongodb(\+srv)?://\S+"), "mongodb:// or mongodb+srv:// and an address"),
    "DOMAIN_CLIENT": (re.compile(r"https?://[^/\s]+"), "a scheme and a host"),
    "DOMAIN_SERVER": (re.compile(r"https?://[^/\s]+"), "a scheme and a host"),
}


class Refused(Exception):
    """A value is missing or of no use; the message doesn't contain it."""


class Secrets:
    """Values of Secrets Manager, each secret fetched once."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def read(self, arn: str, field: str | None) -> str:
        """The whole secret, or a field of its JSON."""
        if arn not in self._values:
            self._values[arn] = self._fetch(arn)
        value = self._values[arn]
        if field is None:
            return value
        try:
            content = json.loads(value)
        except ValueError:
            raise Refused(f"secret {arn} is not JSON, but its field {field} is asked for") from None
        if not isinstance(content, dict) or not isinstance(content.get(field), (str, int)):
            raise Refused(f"secret {arn} has no field {field}")
        return str(content[field])

    @staticmethod
    def _fetch(arn: str) -> str:
        command = ["aws", "secretsmanager", "get-secret-value", "--secret-id", arn, "--output", "json"]
        # The answer comes through a pipe; the error, which names no value, goes to the log.
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603
        if done.returncode != 0:
            raise Refused(f"can't read secret {arn}")
        value = json.loads(done.stdout).get("SecretString")
        if not isinstance(value, str):
            raise Refused(f"secret {arn} has no text")
        return value


def check(container: str, name: str, value: str) -> str:
    """The value as Docker can carry it."""
    where = f"{name} of {container}"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise Refused(f"{where}: not a name of a variable")
    # Keys that were pasted from a file end in a line break.
    value = value.rstrip("\r\n")
    if re.search(r"[\r\n\0]", value):
        raise Refused(f"{where} has several lines")
    if "{{resolve:" in value:
        raise Refused(f"{where} has a reference that CloudFormation did not resolve")
    form, meaning = FORMS.get(name, (re.compile(r".*"), ""))
    if not form.fullmatch(value):
        raise Refused(f"{where} has {len(value)} characters and is not what LibreChat needs: {meaning}")
    return value


def environment(container: str, settings: dict[str, Any], secrets: Secrets) -> dict[str, str]:
    """Variables and fetched secrets of one container."""
    values = {name: check(container, name, value) for name, value in settings.get("variables", {}).items()}
    for name, secret in settings.get("secrets", {}).items():
        values[name] = check(container, name, secrets.read(secret["arn"], secret.get("field")))
        if values[name] == "":
            raise Refused(f"secret {secret['arn']}, {name} of {container}, is empty")
    return values


def check_references(librechat_yaml: str, names: set[str]) -> None:
    """LibreChat takes ${NAME} as a text when nobody sets NAME."""
    # Keys of web search that are not set are asked of each person.
    checked = re.sub(r"^webSearch:\n(?: .*\n|\n)*", "", librechat_yaml, flags=re.MULTILINE)
    lines = [line for line in checked.splitlines() if not line.lstrip().startswith("#")]
    mentioned = set(re.findall(r"\$\{([A-Za-z_]\w*)\}", "\n".join(lines)))
    missing = sorted(mentioned - names)
    if missing:
        raise Refused(f"librechat.yaml mentions {', '.join(missing)}, which LibreChat's environment does not have")


def write(file: Path, values: dict[str, str]) -> None:
    """Writes the file whole or not at all, and only when something changed."""
    content = "".join(f"{name}={value}\n" for name, value in sorted(values.items()))
    if file.exists() and file.read_text() == content:
        file.chmod(0o600)
        return
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)
    new.replace(file)
    print(f"environment of {file.stem}: {len(values)} variables")


def main(settings_file: str, folder_name: str, librechat_yaml: str) -> None:
    """Fetches everything before it writes anything."""
    containers = json.loads(Path(settings_file).read_text())["containers"]
    secrets = Secrets()
    environments = {name: environment(name, settings, secrets) for name, settings in containers.items()}
    check_references(Path(librechat_yaml).read_text(), set(environments["librechat"]))
    folder = Path(folder_name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, values in environments.items():
        write(folder / f"{name}.env", values)
    for file in folder.glob("*.env"):
        if file.stem not in environments:
            file.unlink()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
