"""What identity is configured with: the keys that its personal data are sealed and looked up with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing

KEYS_SETTING: Final = "ONESTOP_IDENTITY_KEYS"


class Config(msgspec.Struct, frozen=True):
    """Identity's settings."""

    keys: KeyRing


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_IDENTITY_KEYS`` names the key file. Raises KeyError, KeyTextError."""
    return Config(keys=KeyRing.from_file(Path(environ[KEYS_SETTING])))
