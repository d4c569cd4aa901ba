"""Journals over HTTP: one of them, or all of a settlement."""

from datetime import date
from typing import Annotated, Any

from fund_ledger.queries import Queries
from kernel.http import Json, Router, SignedYuan, Wire, allow, answer
from kernel.refusals import RefusalKind, Refused
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS)]


class Line(Wire, frozen=True):
    """One line of a journal: debit positive, credit negative."""

    account: str
    amount_fen: SignedYuan
    payer: str


class JournalAnswer(Wire, frozen=True):
    """A journal; its lines sum to zero."""

    journal_id: str
    kind: str
    booked_on: date
    settlement_id: str | None
    source: str | None
    lines: tuple[Line, ...]


def journals(queries: Queries) -> Router:
    """The routes of /v1/journals and /v1/settlements/{settlement_id}/journals."""
    router = Router(prefix="/v1", tags=["journals"])

    @router.get("/journals/{journal_id}")
    async def get_journal(journal_id: str, _caller: Reader) -> Json[JournalAnswer]:
        """One journal."""
        rows = await queries.journals(journal_id=journal_id)
        if not rows:
            raise Refused("JOURNAL_UNKNOWN", f"there is no journal {journal_id}", kind=RefusalKind.NOT_FOUND)
        return answer(_journal(rows[0]))

    @router.get("/settlements/{settlement_id}/journals")
    async def journals_of(settlement_id: str, _caller: Reader) -> Json[tuple[JournalAnswer, ...]]:
        """A settlement's journal, and its reversal if there is one; nothing while it has not arrived."""
        rows = await queries.journals(settlement_id=settlement_id)
        return answer(tuple(_journal(row) for row in rows))

    return router


def _journal(row: Any) -> JournalAnswer:
    lines = zip(row["accounts"], row["amounts"], row["payers"], strict=True)
    return JournalAnswer(
        row["journal_id"],
        row["kind"],
        row["booked_on"],
        row["settlement_id"],
        row["source"],
        tuple(Line(account, SignedYuan(amount), payer) for account, amount, payer in lines),
    )
