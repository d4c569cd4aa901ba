"""Mirrors: a settlement that was taken back has an id of its own for that."""

from typing import Final
from uuid import UUID, uuid5

_REVOCATIONS: Final = UUID("0b7c3f5e-5a39-4b83-9f0e-6f5f0a7b1c52")


def revocation_id_of(settlement_id: str) -> str:
    """The id of a settlement's mirror: a settlement is taken back once, so its own id is enough to derive it."""
    return str(uuid5(_REVOCATIONS, settlement_id))
