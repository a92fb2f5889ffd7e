"""Generated secret values, by the rules that Secrets Manager documents for GenerateSecretString."""

from __future__ import annotations

import json
import secrets
import string
from typing import Any

# The order is that of GetRandomPassword's switches.
_KINDS = (
    ("ExcludeLowercase", string.ascii_lowercase),
    ("ExcludeUppercase", string.ascii_uppercase),
    ("ExcludeNumbers", string.digits),
    ("ExcludePunctuation", string.punctuation),
)


def _on(rules: dict[str, Any], name: str, default: str = "false") -> bool:
    # A template may carry a boolean as text.
    return str(rules.get(name, default)).lower() == "true"


def generate(rules: dict[str, Any]) -> str:
    length = int(rules.get("PasswordLength", 32))
    if not 1 <= length <= 4096:
        raise ValueError("PasswordLength must be between 1 and 4096.")
    excluded = set(rules.get("ExcludeCharacters", ""))
    kinds = [kind for switch, kind in _KINDS if not _on(rules, switch)] + ([" "] if _on(rules, "IncludeSpace") else [])
    pools = [pool for pool in ("".join(c for c in kind if c not in excluded) for kind in kinds) if pool]
    if not pools:
        raise ValueError("No characters are left to generate a password from.")
    required = pools if _on(rules, "RequireEachIncludedType", "true") else []
    if len(required) > length:
        raise ValueError("PasswordLength is too short to include every required type of character.")
    chosen = [secrets.choice(pool) for pool in required]
    chosen += [secrets.choice("".join(pools)) for _ in range(length - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def secret_string(properties: dict[str, Any]) -> str:
    """The first value of an AWS::SecretsManager::Secret."""
    if "GenerateSecretString" not in properties:
        return str(properties.get("SecretString", ""))
    if "SecretString" in properties:
        raise ValueError("You can't specify both SecretString and GenerateSecretString.")
    rules = properties["GenerateSecretString"] or {}
    template, key = rules.get("SecretStringTemplate"), rules.get("GenerateStringKey")
    if (template is None) != (key is None):
        raise ValueError("SecretStringTemplate and GenerateStringKey must be given together.")
    password = generate(rules)
    if template is None:
        return password
    try:
        value = json.loads(template)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError("Could not parse SecretStringTemplate JSON.")
    return json.dumps({**value, key: password}, separators=(",", ":"))
