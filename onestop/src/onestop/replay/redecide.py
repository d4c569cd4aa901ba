"""Deciding again: every outcome from what its event recorded, by the law that the event store adopted."""

from kernel.values.refusals import Refused
from law import Adjudication, most_favourable
from onestop.replay.difference import Difference, text
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented
from settlement.policies.domain import LawBook, PolicyAdopted


class Redecider:
    """Decides settlements and supplements again as they come by; nothing is looked up outside the stream."""

    def __init__(self) -> None:
        self.decided = 0
        self._laws = LawBook()

    def check(self, event: object) -> Difference | None:
        """Take note of adopted law; decide an outcome again and say where it comes out otherwise."""
        match event:
            case PolicyAdopted():
                self._laws.enter(event)
            case SettlementConfirmed():
                return self._decide(event, f"settlement {event.settlement_id}")
            case SettlementSupplemented():
                return self._decide(event, f"supplement {event.supplement_id}")
            case _:
                pass
        return None

    def _decide(self, event: SettlementConfirmed | SettlementSupplemented, name: str) -> Difference | None:
        self.decided += 1
        try:
            again = self._again(event)
        except Refused as refused:
            return Difference(name, "settled", f"refused: {refused}")
        if again == event.adjudication:
            return None
        for field in again.__struct_fields__:
            live, replayed = getattr(event.adjudication, field), getattr(again, field)
            if live != replayed:
                return Difference(f"{name} {field}", text(live), text(replayed))
        raise AssertionError("two adjudications differ in no field")

    def _again(self, event: SettlementConfirmed | SettlementSupplemented) -> Adjudication:
        policies = self._laws.compared(event)
        policy, again = most_favourable(event.claim, event.standing, event.adjudication.before_fen, policies)
        if policy.pack.digest != event.policy_digest:
            raise Refused("POLICY_CHANGED", f"{policy.policy_id} is better for the patient now")
        return again
