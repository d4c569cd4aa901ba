"""What referral is configured with: how long an approval holds."""

from collections.abc import Mapping
from typing import Final

import msgspec

VALIDITY_SETTING: Final = "ONESTOP_REFERRAL_VALIDITY_DAYS"


class Config(msgspec.Struct, frozen=True):
    """Referral's settings. ``validity_days`` counts the day of the approval; None: no expiry (AMB-H5)."""

    validity_days: int | None = None


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings. Raises ValueError where the validity is no whole number of days above zero."""
    text = environ.get(VALIDITY_SETTING, "")
    if not text:
        return Config()
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(f"{VALIDITY_SETTING} must be a whole number of days above zero, or empty for no expiry")
    return Config(validity_days=int(text))
