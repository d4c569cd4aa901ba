"""Makes the file .env for Docker Compose from .env.example, with random secrets.

In an existing one nothing is changed: what the example has and it lacks, as after an upgrade, is added at its end. Only
the public keys of topics that are new are put among those it names.

Usage: new_env.py EXAMPLE TARGET KEYS. KEYS is the folder of the embedded run's keys, so that `onestop token` issues
the tokens that the services accept.
"""

import json
import os
import secrets
import sys
from pathlib import Path

from kernel.messaging.publisher_keys import keys_in_folder
from kernel.security import Issuer, KeyRing
from kernel.security.key_ring import KEYS_FILE, PAYEE_KEYS_FILE, SCAN_KEYS_FILE
from kernel.security.signing_keys import SigningKey
from onestop.checkpoints.checkpoint import KEY_FILE, ORIGIN
from onestop.packages import topics

#: What nobody can make up: it stays empty until somebody of the place fills it in.
_OF_THE_PLACE = "ALARM_"


def new_env(example: str, keys: Path) -> str:
    """The text of ``example`` with every empty setting filled in; ``keys`` are made where there are none."""
    issuer = Issuer.in_folder(keys)
    for file in (KEYS_FILE, SCAN_KEYS_FILE, PAYEE_KEYS_FILE):
        KeyRing.in_folder(keys, file)
    checkpoints = SigningKey.in_folder(keys, ORIGIN, KEY_FILE)
    known = {
        "ONESTOP_JWKS": json.dumps(issuer.jwks()),
        "ONESTOP_TOKEN_ISSUER": issuer.issuer,
        "ONESTOP_TOKEN_AUDIENCE": issuer.audience,
        "IDENTITY_KEY_RING": (keys / KEYS_FILE).read_text(),
        "SCAN_KEY_RING": (keys / SCAN_KEYS_FILE).read_text(),
        "PAYEE_KEY_RING": (keys / PAYEE_KEYS_FILE).read_text(),
        "TELL_STAYS": "yes",
        "TELL_CASES": "yes",
        "TELL_DOCTORS": "yes",
        "TELL_BIRTH_YEARS": "yes",
        "TELL_PUSHES": "yes",
        "TELL_MONEY": "yes",
        "CHECKPOINT_KEY": checkpoints.text,
        "CHECKPOINT_PUBLIC_KEY": checkpoints.public.text,
        **_publishers(keys),
    }
    return "".join(_filled(line, known) for line in example.splitlines())


def missing(env: str, example: str, keys: Path) -> str:
    """The lines that the example has and ``env`` lacks, filled in; a setting that is there, if empty, is there."""
    there = {line.partition("=")[0] for line in env.splitlines() if not line.startswith("#")}
    lacking = [line for line in example.splitlines() if _is_setting(line) and line.partition("=")[0] not in there]
    return new_env("\n".join(lacking), keys) if lacking else ""


def with_publishers(env: str, added: str, keys: Path) -> str:
    """``env`` with the public key of each topic whose signing key is ``added``; what it names stays as it is."""
    lines = env.splitlines(keepends=True)
    for number, line in enumerate(lines):
        name, _, value = line.strip().partition("=")
        if name == "PUBLISHER_KEYS" and value.startswith("'{"):
            own = json.loads(_publishers(keys)[name])
            new = {topic: key for topic, key in own.items() if f"{_signing_key(topic)}=" in added}
            named = json.loads(value.strip("'"))
            lines[number] = f"{name}='{json.dumps({**new, **named})}'\n"
    return "".join(lines)


def _is_setting(line: str) -> bool:
    return "=" in line and not line.startswith("#")


def _publishers(keys: Path) -> dict[str, str]:
    """Each service's signing key, and all public ones by topic."""
    own = {topic: each.own for topic, each in keys_in_folder(keys, topics()).items() if each.own is not None}
    public = json.dumps({topic: [key.public.text] for topic, key in own.items()})
    private = {_signing_key(topic): key.text for topic, key in own.items()}
    return {**private, "PUBLISHER_KEYS": public}


def _signing_key(topic: str) -> str:
    return f"{topic.upper().replace('-', '_')}_SIGNING_KEY"


def _filled(line: str, known: dict[str, str]) -> str:
    name, equals, value = line.partition("=")
    if line.startswith(("#", _OF_THE_PLACE)) or not equals or value:
        return f"{line}\n"
    if name.endswith("_PASSWORD"):
        return f"{name}={secrets.token_urlsafe(24)}\n"
    return f"{name}='{known[name].strip()}'\n"


def main() -> None:
    """Write the file, readable by its owner only."""
    example, target, keys = map(Path, sys.argv[1:])
    if not target.exists():
        _write(target, new_env(example.read_text(), keys))
        return
    env = target.read_text()
    added = missing(env, example.read_text(), keys)
    if not added:
        return
    whole = f"{with_publishers(env, added, keys).rstrip()}\n\n# Added by an upgrade.\n{added}"
    beside = target.with_name(f"{target.name}.new")
    beside.unlink(missing_ok=True)
    _write(beside, whole)
    beside.replace(target)


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)


if __name__ == "__main__":
    main()
