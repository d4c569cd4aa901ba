"""What referral is configured with: nothing yet beyond its surroundings."""

import msgspec


class Config(msgspec.Struct, frozen=True):
    """Referral's settings."""
