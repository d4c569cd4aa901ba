"""What the ledger is configured with: nothing yet beyond its surroundings."""

import msgspec


class Config(msgspec.Struct, frozen=True):
    """The ledger's settings."""
