"""The law in the event store: a policy pack is adopted once, whole, so that replay never needs its file."""

import msgspec

from kernel.policy_packs import Pack


class PolicyAdopted(msgspec.Struct, frozen=True):
    """A pack's exact text came into use; settlements name it by its digest."""

    pack_id: str
    digest: str
    text: str


def adopt(pack: Pack) -> PolicyAdopted:
    """Take a pack into use."""
    return PolicyAdopted(pack.pack_id, pack.digest, pack.text)
