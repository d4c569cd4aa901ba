"""Every fen of a settlement's journals back to its layer, its clause, and the line of the law that was in force."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.snapshots import export, snapshot
from onestop.ledger.beside import BESIDE, overpaid, without_ground
from onestop.ledger.books import Journal, Span
from onestop.ledger.decided import Decided, Explained, decided, layers_of
from onestop.ledger.ground import Ground, booked_parts, funds_charged
from onestop.ledger.whole import unlike
from onestop.services import SERVICES

_PAGE: Final = 500
_KINDS: Final = ("settlement", "supplement")
_JOURNALS_SQL: Final = """
SELECT journal_id, kind, booked_on, effective_on, settlement_id, source, corrects, accounts, amounts, payers
FROM journals WHERE booked_on BETWEEN $2 AND $3 AND split_part(accounts[1], '/', -2) = $1 AND kind = ANY($4::text[])
  AND (booked_on, journal_id) > ($5, $6) ORDER BY booked_on, journal_id LIMIT $7
"""
_SETTLED_SQL: Final = """
SELECT settlement_id FROM settlements
WHERE county = $1 AND (settled_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $2 AND $3 AND settlement_id > $4
ORDER BY settlement_id LIMIT $5
"""
_LAW_SQL: Final = "SELECT text FROM policies WHERE digest = $1"


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
        #: Bills and their payers of which a journal was said to have no ground: said once is enough.
        self._said: set[tuple[str, str]] = set()

    async def journals(self, span: Span, past: tuple[date, str]) -> list[Journal]:
        """The next journals that settlement has caused, or that take off, give back or pay."""
        asked = span.county, span.first, span.last, [*_KINDS, *BESIDE], *past, _PAGE
        return [Journal(**dict(row)) for row in await self._ledger.fetch(_JOURNALS_SQL, *asked)]

    async def grounds(self, journals: list[Journal]) -> list[Ground]:
        """The ground of each part of these journals."""
        known = await decided(self._settlement, (one.settlement_id for one in journals if one.settlement_id))
        told = [ground for one in journals if one.kind in _KINDS for ground in await self._parts(one, known)]
        told += await without_ground(self._ledger, journals, known)
        self._said |= {(ground.settlement_id or "", ground.payer) for ground in told if not ground.holds}
        return told

    async def bills(self, span: Span, past: str) -> tuple[list[str], list[Ground]]:
        """The next bills of the span, and what of them the books do not come to, whichever journals there are."""
        asked = span.county, span.first, span.last, past, _PAGE
        ids = [row["settlement_id"] for row in await self._settlement.fetch(_SETTLED_SQL, *asked)]
        found = await unlike(self._ledger, await decided(self._settlement, ids))
        return ids, [ground for ground in found if (ground.settlement_id or "", ground.payer) not in self._said]

    async def _parts(self, journal: Journal, known: Mapping[str, Decided]) -> list[Ground]:
        of = known.get(journal.settlement_id or "", Decided())
        event = of.told.get(journal.journal_id)
        parts = _decided_parts(event) if event is not None else {}
        law = await self._law(event.policy_digest) if event is not None else ""
        booked, charged = booked_parts(journal), funds_charged(journal)
        refused = of.refused if journal.kind == "supplement" else frozenset[str]()
        document = event.adjudication.document if event is not None else "no settlement"
        return [
            Ground(
                journal_id=journal.journal_id,
                settlement_id=journal.settlement_id,
                booked_on=journal.booked_on,
                payer=payer,
                booked_fen=booked[payer],
                # What a supplement changes of a payer whose money is refused is refused with it, in the same journal.
                decided_fen=0 if payer in refused and not booked[payer] else parts.get(payer, (0, ""))[0],
                clause=parts.get(payer, (0, "no clause"))[1],
                document=document,
                law=_line(law, payer),
                strange=tuple(sorted(charged.get(payer, set()) - of.funds_of(payer))),
            )
            for payer in sorted(booked.keys() | {payer for payer, (fen, _) in parts.items() if fen})
        ]

    async def _law(self, digest: str) -> str:
        if digest not in self._laws:
            self._laws[digest] = await self._settlement.fetchval(_LAW_SQL, digest) or ""
        return self._laws[digest]


def _decided_parts(event: Explained) -> dict[str, tuple[int, str]]:
    """What each payer was to bear, and by which clause."""
    return {layer.payer: (layer.amount_fen + layer.payout_fen, layer.clause) for layer in layers_of(event)}


def _line(law: str, payer: str) -> str:
    """The line of the pack where a payer's layer begins."""
    for number, text in enumerate(law.splitlines(), start=1):
        if re.match(rf"\s*(- )?payer: {re.escape(payer)}\b", text):
            return f"line {number}"
    return ""


async def audit(admin_url: str, span: Span, tell: Callable[[Ground], None]) -> Audited:
    """Walk through every journal and every bill of the span, and ``tell`` the ground of each part of them.

    Journals first, each to what caused it; then bills, each to all of its journals, so that one that was never booked
    is found; then what was paid against what was owed. Raises Refused where a bill's events lie in an archive.
    """
    counts = Audited(0, 0, 0)

    def told(journals: int, grounds: list[Ground]) -> Audited:
        for ground in grounds:
            tell(ground)
        wrong = sum(not ground.holds for ground in grounds)
        return Audited(counts.journals + journals, counts.parts + len(grounds), counts.differences + wrong)

    async with snapshot(admin_url, SERVICES["fund-ledger"].schema) as ledger:
        picture = await export(ledger)
        async with snapshot(admin_url, SERVICES["settlement"].schema, picture) as settlement:
            walk, past, bill = Audit(ledger, settlement), (date.min, ""), ""
            while journals := await walk.journals(span, past):
                counts = told(len(journals), await walk.grounds(journals))
                past = journals[-1].booked_on, journals[-1].journal_id
            while True:
                ids, found = await walk.bills(span, bill)
                counts = told(0, found)
                if not ids:
                    break
                bill = ids[-1]
            return told(0, await overpaid(ledger, span))
