"""What settlement has decided of bills, whole: what each payer was to give, what was refused, what was taken back."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.archived import at_hand_sql
from onestop.services import SERVICES
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented

_EVENTS_SQL: Final = f"""
SELECT type, schema_version, data FROM events
WHERE type = ANY($2::text[]) AND stream_id IN (
  SELECT 'encounter/' || s.encounter_id FROM settlements s
  WHERE s.settlement_id = ANY($1::text[]) AND {at_hand_sql("'encounter/' || s.encounter_id")}
)
"""
_REFUSED_SQL: Final = "SELECT settlement_id, payers FROM payment_refusals WHERE settlement_id = ANY($1::text[])"

Explained = SettlementConfirmed | SettlementSupplemented


class Decided(msgspec.Struct):
    """All that was decided of one bill."""

    #: The settlement and its supplements, by the names of their journals.
    told: dict[str, Explained] = {}
    revoked: SettlementRevoked | None = None
    refused: frozenset[str] = frozenset()

    @property
    def given_fen(self) -> dict[str, int]:
        """What each payer was to bear in the end, by the settlement and its supplements."""
        given: dict[str, int] = {}
        for event in self.told.values():
            for layer in layers_of(event):
                given[layer.payer] = given.get(layer.payer, 0) + layer.amount_fen + layer.payout_fen
        return given

    @property
    def expected_fen(self) -> dict[str, int]:
        """What the books are to show of each payer, apart from what statements took off."""
        return {payer: 0 if self.revoked or payer in self.refused else fen for payer, fen in self.given_fen.items()}

    def funds_of(self, payer: str) -> set[str]:
        """The funds that stand behind a payer's layers of this bill; none of them named means the payer's own."""
        layers = [layer for event in self.told.values() for layer in layers_of(event) if layer.payer == payer]
        return {fund for layer in layers for fund in layer.funds or (payer,)}

    @property
    def refund_fen(self) -> int:
        """What the patient had prepaid beyond the own share."""
        return sum(one.refund_to_patient_fen for one in self.told.values() if isinstance(one, SettlementConfirmed))


def layers_of(event: Explained) -> Sequence[Any]:
    """The layers of a settlement, or what a supplement changes of them."""
    return event.layers if isinstance(event, SettlementSupplemented) else event.adjudication.layers


async def decided(settlement: SingleConnection, settlement_ids: Iterable[str]) -> dict[str, Decided]:
    """What was decided of these bills; a bill that settlement does not know is not in it. Raises Refused."""
    ids, found = sorted(set(settlement_ids)), dict[str, Decided]()
    kinds = [kind.__name__ for kind in (SettlementConfirmed, SettlementSupplemented, SettlementRevoked)]
    registry = SERVICES["settlement"].parts.registry
    for row in await settlement.fetch(_EVENTS_SQL, ids, kinds):
        event = registry.decode(row["type"], row["schema_version"], row["data"])
        of = found.setdefault(event.settlement_id, Decided(told={}))
        if isinstance(event, SettlementRevoked):
            of.revoked = event
        else:
            of.told[getattr(event, "supplement_id", event.settlement_id)] = event
    for row in await settlement.fetch(_REFUSED_SQL, ids):
        if row["settlement_id"] in found:
            found[row["settlement_id"]].refused = frozenset(row["payers"])
    return {name: of for name, of in found.items() if of.told}
