"""The law in the event store: a policy pack is adopted once, whole, so that replay never needs its file."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused
from law import Claim
from law.packs import Pack, Policy, parse_pack


class PolicyAdopted(msgspec.Struct, frozen=True):
    """A pack's exact text came into use; settlements name it by its digest."""

    pack_id: str
    digest: str
    text: str


def _adopt(pack: Pack, adopted: PolicyAdopted | None) -> Sequence[PolicyAdopted]:
    return () if adopted else (PolicyAdopted(pack.pack_id, pack.digest, pack.text),)


DECIDER: Decider[Pack, PolicyAdopted | None, PolicyAdopted] = Decider(None, _adopt, lambda _before, event: event)


class Considered(msgspec.Struct, frozen=True, omit_defaults=True):
    """A policy that was compared with others, with the figures that were configured for it."""

    policy_digest: str
    configured: dict[str, str] = {}


class Outcome(Protocol):
    """What was decided, as far as the law that it rests on is concerned."""

    @property
    def claim(self) -> Claim:
        """The bill, whose discharge says on which day the law is read."""

    @property
    def policy_digest(self) -> str:
        """The law that it was decided by."""

    @property
    def configured(self) -> dict[str, str]:
        """The figures that were configured for that law."""

    @property
    def considered(self) -> tuple[Considered, ...]:
        """The laws that were compared; none where there was only that one."""


class LawBook:
    """Adopted packs by digest: gives the policies that an outcome was decided by, exactly as they were then."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}
        self._policies: dict[tuple[str, date, tuple[tuple[str, str], ...]], Policy] = {}

    def enter(self, law: PolicyAdopted) -> None:
        """Take note of an adopted pack."""
        if law.digest not in self._packs:
            self._packs[law.digest] = parse_pack(law.text, law.pack_id, adopted=True)

    def missing(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests that were not entered yet."""
        return set(digests) - self._packs.keys()

    def pack(self, digest: str) -> Pack:
        """An adopted pack; raises Refused POLICY_UNKNOWN."""
        pack = self._packs.get(digest)
        if pack is None:
            raise Refused("POLICY_UNKNOWN", f"the law {digest} was never adopted in this event store")
        return pack

    def compared(self, outcome: Outcome) -> tuple[Policy, ...]:
        """All policies that were compared for an outcome, in their order; raises Refused POLICY_UNKNOWN."""
        return tuple(self._policy(law, outcome.claim.discharged_on) for law in laws_of(outcome))

    def taken(self, outcome: Outcome) -> Policy:
        """The one of them that the outcome rests on."""
        return next(policy for policy in self.compared(outcome) if policy.pack.digest == outcome.policy_digest)

    def _policy(self, law: Considered, on: date) -> Policy:
        key = (law.policy_digest, on, tuple(sorted(law.configured.items())))
        policy = self._policies.get(key)
        if policy is None:
            policy = self._policies[key] = Policy(self.pack(law.policy_digest), on, law.configured)
        return policy


def laws_of(outcome: Outcome) -> tuple[Considered, ...]:
    """The laws that an outcome was compared under; the one it was decided by where there was only that."""
    return outcome.considered or (Considered(outcome.policy_digest, outcome.configured),)
