"""Every fen of a settlement's journals back to its layer, its clause, and the line of the law that was in force."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from typing_extensions import override

from fund_ledger.journals.domain import accounts
from kernel.values.money import yuan_from_fen
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.archived import at_hand_sql
from kernel.writing.snapshots import export, snapshot
from onestop.ledger.books import Journal, Span
from onestop.services import SERVICES
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented

_PAGE: Final = 500
_KINDS: Final = ("settlement", "supplement")
_JOURNALS_SQL: Final = """
SELECT journal_id, kind, booked_on, effective_on, settlement_id, source, corrects, accounts, amounts, payers
FROM journals WHERE booked_on BETWEEN $2 AND $3 AND split_part(accounts[1], '/', -2) = $1 AND kind = ANY($4::text[])
  AND (booked_on, journal_id) > ($5, $6) ORDER BY booked_on, journal_id LIMIT $7
"""
_EVENTS_SQL: Final = f"""
SELECT type, schema_version, data FROM events
WHERE type = ANY($2::text[]) AND stream_id IN (
  SELECT 'encounter/' || s.encounter_id FROM settlements s
  WHERE s.settlement_id = ANY($1::text[]) AND {at_hand_sql("'encounter/' || s.encounter_id")}
)
"""
_LAW_SQL: Final = "SELECT text FROM policies WHERE digest = $1"

Explained = SettlementConfirmed | SettlementSupplemented


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Why a payer's part of a journal is what it is: the clause and document, and the line of the pack that says so."""

    journal_id: str
    settlement_id: str | None
    booked_on: date
    payer: str
    booked_fen: int
    decided_fen: int
    clause: str
    document: str
    law: str

    @property
    def holds(self) -> bool:
        """Whether as much was booked as was decided."""
        return self.booked_fen == self.decided_fen

    @override
    def __str__(self) -> str:
        amount = yuan_from_fen(self.booked_fen)
        if not self.holds:
            amount += f" yuan booked, {yuan_from_fen(self.decided_fen)} decided"
        return f"{self.booked_on} {self.journal_id} {self.payer} {amount}  {self.clause} {self.document} {self.law}"


class Audited(msgspec.Struct, frozen=True):
    """How many journals were walked through, how many parts they have, and how many of these have no ground."""

    journals: int
    parts: int
    differences: int


class Audit:
    """One walk through a county's journals of some days, in one picture of both services' data."""

    def __init__(self, ledger: SingleConnection, settlement: SingleConnection) -> None:
        self._ledger = ledger
        self._settlement = settlement
        self._laws: dict[str, str] = {}
        self._registry = SERVICES["settlement"].parts.registry

    async def page(self, span: Span, past: tuple[date, str]) -> tuple[list[Journal], list[Ground]]:
        """The next journals, and the ground of each part of them."""
        asked = span.county, span.first, span.last, list(_KINDS), *past, _PAGE
        journals = [Journal(**dict(row)) for row in await self._ledger.fetch(_JOURNALS_SQL, *asked)]
        decided = await self._decided(journals)
        return journals, [ground for one in journals for ground in await self._grounds(one, decided)]

    async def _decided(self, journals: Sequence[Journal]) -> dict[str, Explained]:
        ids = sorted({journal.settlement_id for journal in journals if journal.settlement_id})
        kinds = [kind.__name__ for kind in (SettlementConfirmed, SettlementSupplemented)]
        events = [
            self._registry.decode(row["type"], row["schema_version"], row["data"])
            for row in await self._settlement.fetch(_EVENTS_SQL, ids, kinds)
        ]
        return {getattr(event, "supplement_id", event.settlement_id): event for event in events}

    async def _grounds(self, journal: Journal, decided: Mapping[str, Explained]) -> list[Ground]:
        event = decided.get(journal.journal_id)
        parts = _decided_parts(event) if event is not None else {}
        law = await self._law(event.policy_digest) if event is not None else ""
        booked = _booked_parts(journal)
        document = event.adjudication.document if event is not None else "no settlement"
        return [
            Ground(
                journal_id=journal.journal_id,
                settlement_id=journal.settlement_id,
                booked_on=journal.booked_on,
                payer=payer,
                booked_fen=booked[payer],
                decided_fen=parts.get(payer, (0, ""))[0],
                clause=parts.get(payer, (0, "no clause"))[1],
                document=document,
                law=_line(law, payer),
            )
            for payer in sorted(booked.keys() | {payer for payer, (fen, _) in parts.items() if fen})
        ]

    async def _law(self, digest: str) -> str:
        if digest not in self._laws:
            self._laws[digest] = await self._settlement.fetchval(_LAW_SQL, digest) or ""
        return self._laws[digest]


def _decided_parts(event: Explained) -> dict[str, tuple[int, str]]:
    """What each payer was to bear, and by which clause."""
    layers: Sequence[Any] = event.layers if isinstance(event, SettlementSupplemented) else event.adjudication.layers
    return {layer.payer: (layer.amount_fen + layer.payout_fen, layer.clause) for layer in layers}


def _booked_parts(journal: Journal) -> Counter[str]:
    """What each payer's funds were charged with, and what the hospital bears itself."""
    booked = Counter[str]()
    for name, fen, payer in zip(journal.accounts, journal.amounts, journal.payers, strict=True):
        account = accounts.parse(name)
        if account.kind == accounts.FUND or (account.kind == accounts.MEMO and account.payee_kind is None):
            booked[payer] += fen
    return booked


def _line(law: str, payer: str) -> str:
    """The line of the pack where a payer's layer begins."""
    for number, text in enumerate(law.splitlines(), start=1):
        if re.match(rf"\s*(- )?payer: {re.escape(payer)}\b", text):
            return f"line {number}"
    return ""


async def audit(admin_url: str, span: Span, tell: Callable[[Ground], None]) -> Audited:
    """Walk through every journal that settlement has caused, and ``tell`` the ground of each part of it."""
    told = Audited(0, 0, 0)
    async with snapshot(admin_url, SERVICES["fund-ledger"].schema) as ledger:
        picture = await export(ledger)
        async with snapshot(admin_url, SERVICES["settlement"].schema, picture) as settlement:
            walk, past = Audit(ledger, settlement), (date.min, "")
            while True:
                journals, grounds = await walk.page(span, past)
                for ground in grounds:
                    tell(ground)
                wrong = sum(not ground.holds for ground in grounds)
                told = Audited(told.journals + len(journals), told.parts + len(grounds), told.differences + wrong)
                if len(journals) < _PAGE:
                    return told
                past = journals[-1].booked_on, journals[-1].journal_id
