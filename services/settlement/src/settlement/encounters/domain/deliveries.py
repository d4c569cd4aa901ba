"""Deliveries: a message that comes twice counts once, and one that comes back changed is a conflict (DOMAIN B9.5)."""

from collections.abc import Iterable

import msgspec

from kernel.values.refusals import RefusalKind, Refused
from law import Claim


class Delivery(msgspec.Struct, frozen=True):
    """A discharge message under the key that the hospital gave it."""

    key: str
    claim: Claim


def each_once(deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """The first delivery of every key, in order; raises Refused IDEMPOTENCY_KEY_REUSED for another content."""
    first: dict[str, Delivery] = {}
    for delivery in deliveries:
        known = first.setdefault(delivery.key, delivery)
        if known.claim != delivery.claim:
            raise Refused(
                "IDEMPOTENCY_KEY_REUSED",
                f"the key {delivery.key} came before with another content; a new message needs a new key",
                kind=RefusalKind.CONFLICT,
                about={"key": delivery.key},
            )
    return tuple(first.values())
