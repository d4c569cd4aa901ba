"""Makes the file .env for Docker Compose from .env.example, with random secrets; an existing one is left alone.

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
from kernel.security.key_ring import KEYS_FILE, SCAN_KEYS_FILE
from kernel.security.signing_keys import SigningKey
from onestop.checkpoints.checkpoint import KEY_FILE, ORIGIN
from onestop.packages import topics

#: What nobody can make up: it stays empty until somebody of the place fills it in.
_OF_THE_PLACE = "ALARM_"


def new_env(example: str, keys: Path) -> str:
    """The text of ``example`` with every empty setting filled in; ``keys`` are made where there are none."""
    issuer = Issuer.in_folder(keys)
    for file in (KEYS_FILE, SCAN_KEYS_FILE):
        KeyRing.in_folder(keys, file)
    known = {
        "ONESTOP_JWKS": json.dumps(issuer.jwks()),
        "ONESTOP_TOKEN_ISSUER": issuer.issuer,
        "ONESTOP_TOKEN_AUDIENCE": issuer.audience,
        "IDENTITY_KEY_RING": (keys / KEYS_FILE).read_text(),
        "SCAN_KEY_RING": (keys / SCAN_KEYS_FILE).read_text(),
        "CHECKPOINT_KEY": SigningKey.in_folder(keys, ORIGIN, KEY_FILE).text,
        **_publishers(keys),
    }
    return "".join(_filled(line, known) for line in example.splitlines())


def _publishers(keys: Path) -> dict[str, str]:
    """Each service's signing key, and all public ones by topic."""
    own = {topic: each.own for topic, each in keys_in_folder(keys, topics()).items() if each.own is not None}
    public = json.dumps({topic: [key.public.text] for topic, key in own.items()})
    private = {f"{topic.upper().replace('-', '_')}_SIGNING_KEY": key.text for topic, key in own.items()}
    return {**private, "PUBLISHER_KEYS": public}


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
    if target.exists():
        return
    text = new_env(example.read_text(), keys)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
