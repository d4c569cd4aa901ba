"""Small secret files: made once with mode 0600, never half-written, refused when others may read them."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


class SecretFileError(Exception):
    """A secret file is not safe to use; the message says which and what would be right."""


def read_secret(path: Path) -> bytes:
    """The content of a secret file. Raises SecretFileError when group or others may read it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretFileError(f"{path.name} has mode {mode:04o}, so others may read it: set it to 0600")
    return path.read_bytes()


def read_or_create_secret(path: Path, create: Callable[[], bytes]) -> bytes:
    """The content of a secret file, made by ``create`` if there is none yet.

    Safe when several processes start at once: the first one wins and all read the same content.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(create())
            # A hard link appears whole or not at all, and never replaces what another process made first.
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink()
    return read_secret(path)
