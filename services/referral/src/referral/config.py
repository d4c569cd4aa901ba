"""What referral is configured with: how long an approval holds, and whether emergencies may be filed afterwards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing, SealCipher
from law.packs import PackLibrary, load_library

VALIDITY_SETTING: Final = "ONESTOP_REFERRAL_VALIDITY_DAYS"
EMERGENCY_SETTING: Final = "ONESTOP_REFERRAL_EMERGENCY_DAYS"
GRACE_SETTING: Final = "ONESTOP_REFERRAL_SEAL_GRACE_DAYS"
SCAN_KEYS_SETTING: Final = "ONESTOP_SCAN_KEYS"
SCAN_CIPHER_SETTING: Final = "ONESTOP_SCAN_CIPHER"
POLICIES_SETTING: Final = "ONESTOP_POLICIES"
_NO_PACKS: Final = PackLibrary(())


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Referral's settings; by default nothing expires, there is no emergency route and seals of any day are
    entered (AMB-H5).

    ``validity_days`` counts the day of the approval. ``emergency_days`` are those after an emergency admission within
    which its referral may be signed, ``grace_days`` those within which a seal is entered.
    ``sweep_seconds`` lie between two looks for approvals that ran out. Without ``scan_keys`` no scans are kept.
    """

    validity_days: int | None = None
    emergency_days: int | None = None
    grace_days: int | None = None
    sweep_seconds: float = 60.0
    scan_keys: KeyRing | None = None
    scan_cipher: SealCipher = SealCipher.AES_256_GCM
    #: Without packs no place has a form of its own, and none asks for papers.
    library: PackLibrary = _NO_PACKS


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_SCAN_KEYS`` names the key file of scans, ``ONESTOP_POLICIES`` the folder of packs.

    Raises KeyTextError, PackError, and ValueError where one of the others is no whole number of days above zero.
    """
    scan_keys, policies = environ.get(SCAN_KEYS_SETTING), environ.get(POLICIES_SETTING)
    return Config(
        validity_days=_days(environ, VALIDITY_SETTING, "no expiry"),
        emergency_days=_days(environ, EMERGENCY_SETTING, "no emergency route"),
        grace_days=_days(environ, GRACE_SETTING, "any number of days"),
        scan_keys=KeyRing.from_file(Path(scan_keys)) if scan_keys else None,
        scan_cipher=SealCipher(environ.get(SCAN_CIPHER_SETTING, SealCipher.AES_256_GCM)),
        library=load_library(Path(policies)) if policies else _NO_PACKS,
    )


def _days(environ: Mapping[str, str], setting: str, without: str) -> int | None:
    text = environ.get(setting, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(f"{setting} must be a whole number of days above zero, or empty for {without}")
    return int(text)
