"""The law in the event store: a policy pack is adopted once, whole, so that replay never needs its file."""

from collections.abc import Iterable
from datetime import date

import msgspec

from kernel.values.refusals import Refused
from law.packs import Pack, Policy, parse_pack
from settlement.encounters.domain.events import Considered, SettlementConfirmed, SettlementSupplemented


class PolicyAdopted(msgspec.Struct, frozen=True):
    """A pack's exact text came into use; settlements name it by its digest."""

    pack_id: str
    digest: str
    text: str


def adopt(pack: Pack) -> PolicyAdopted:
    """Take a pack into use."""
    return PolicyAdopted(pack.pack_id, pack.digest, pack.text)


class LawBook:
    """Adopted packs by digest: gives the policies that an outcome was decided by, exactly as they were then."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}
        self._policies: dict[tuple[str, date, tuple[tuple[str, str], ...]], Policy] = {}

    def enter(self, law: PolicyAdopted) -> None:
        """Take note of an adopted pack."""
        if law.digest not in self._packs:
            self._packs[law.digest] = parse_pack(law.text, law.pack_id)

    def missing(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests that were not entered yet."""
        return set(digests) - self._packs.keys()

    def compared(self, outcome: SettlementConfirmed | SettlementSupplemented) -> tuple[Policy, ...]:
        """All policies that were compared for an outcome, in their order; raises Refused POLICY_UNKNOWN."""
        return tuple(self._policy(law, outcome.claim.discharged_on) for law in laws_of(outcome))

    def taken(self, outcome: SettlementConfirmed | SettlementSupplemented) -> Policy:
        """The one of them that the outcome rests on."""
        return next(policy for policy in self.compared(outcome) if policy.pack.digest == outcome.policy_digest)

    def _policy(self, law: Considered, on: date) -> Policy:
        key = (law.policy_digest, on, tuple(sorted(law.configured.items())))
        policy = self._policies.get(key)
        if policy is None:
            pack = self._packs.get(law.policy_digest)
            if pack is None:
                raise Refused("POLICY_UNKNOWN", f"the law {law.policy_digest} was never adopted in this event store")
            policy = self._policies[key] = Policy(pack, on, law.configured)
        return policy


def laws_of(outcome: SettlementConfirmed | SettlementSupplemented) -> tuple[Considered, ...]:
    """The laws that an outcome was compared under; the one it was decided by where there was only that."""
    return outcome.considered or (Considered(outcome.policy_digest, outcome.configured),)
