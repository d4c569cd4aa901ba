"""Deciding again: every settlement from what its event recorded, by the law that the event store adopted."""

from datetime import date

import msgspec

from kernel.policy_packs import Pack, Policy, parse_pack
from kernel.refusals import Refused
from onestop.replay.shadow import Difference
from settlement.domain.benefit import Adjudication, most_favourable
from settlement.domain.encounter_events import Considered, SettlementConfirmed
from settlement.domain.law import PolicyAdopted


class Redecider:
    """Decides settlements again as their events come by; nothing is looked up outside the stream."""

    def __init__(self) -> None:
        self.decided = 0
        self._packs: dict[str, Pack] = {}
        self._policies: dict[tuple[str, date, tuple[tuple[str, str], ...]], Policy] = {}

    def check(self, event: object) -> Difference | None:
        """Take note of adopted law; decide a settlement again and say where it comes out otherwise."""
        match event:
            case PolicyAdopted():
                self._packs[event.digest] = parse_pack(event.text, event.pack_id)
            case SettlementConfirmed():
                return self._decide(event)
            case _:
                pass
        return None

    def _decide(self, event: SettlementConfirmed) -> Difference | None:
        self.decided += 1
        try:
            again = self._again(event)
        except Refused as refused:
            return Difference(f"settlement {event.settlement_id}", "settled", f"refused: {refused}")
        if again == event.adjudication:
            return None
        for name in again.__struct_fields__:
            live, replayed = getattr(event.adjudication, name), getattr(again, name)
            if live != replayed:
                return Difference(f"settlement {event.settlement_id} {name}", _text(live), _text(replayed))
        raise AssertionError("two adjudications differ in no field")

    def _again(self, event: SettlementConfirmed) -> Adjudication:
        on = event.claim.discharged_on
        compared = event.considered or (Considered(event.policy_digest, event.configured),)
        policies = [self._policy(law, on) for law in compared]
        policy, again = most_favourable(event.claim, event.standing, event.adjudication.before_fen, policies)
        if policy.pack.digest != event.policy_digest:
            raise Refused("POLICY_CHANGED", f"{policy.policy_id} is better for the patient now")
        return again

    def _policy(self, law: Considered, on: date) -> Policy:
        key = (law.policy_digest, on, tuple(sorted(law.configured.items())))
        policy = self._policies.get(key)
        if policy is None:
            pack = self._packs.get(law.policy_digest)
            if pack is None:
                raise Refused("POLICY_UNKNOWN", f"the law {law.policy_digest} was never adopted in this event store")
            policy = self._policies[key] = Policy(pack, on, law.configured)
        return policy


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
