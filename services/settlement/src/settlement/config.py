"""What settlement is configured with: the law it decides by, and the papers of a case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing, SealCipher
from law.packs import PackLibrary, load_library

POLICIES_SETTING: Final = "ONESTOP_POLICIES"
CASE_PAPERS_SETTING: Final = "ONESTOP_CASE_PAPERS"
SCAN_KEYS_SETTING: Final = "ONESTOP_SCAN_KEYS"
SCAN_CIPHER_SETTING: Final = "ONESTOP_SCAN_CIPHER"


class Config(msgspec.Struct, frozen=True):
    """Settlement's settings; ``case_papers`` are those without which a case is not complete.

    Without ``scan_keys`` no scans are kept.
    """

    library: PackLibrary
    #: None for the usual ones.
    case_papers: frozenset[str] | None = None
    scan_keys: KeyRing | None = None
    scan_cipher: SealCipher = SealCipher.AES_256_GCM


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_POLICIES`` names the folder of packs, ``ONESTOP_CASE_PAPERS`` papers with commas,
    ``ONESTOP_SCAN_KEYS`` the key file of scans.

    Raises KeyError, KeyTextError, PackError.
    """
    asked = environ.get(CASE_PAPERS_SETTING)
    papers = None if asked is None else frozenset(kind.strip() for kind in asked.split(",") if kind.strip())
    scan_keys = environ.get(SCAN_KEYS_SETTING)
    return Config(
        load_library(Path(environ[POLICIES_SETTING])),
        papers,
        KeyRing.from_file(Path(scan_keys)) if scan_keys else None,
        SealCipher(environ.get(SCAN_CIPHER_SETTING, SealCipher.AES_256_GCM)),
    )
