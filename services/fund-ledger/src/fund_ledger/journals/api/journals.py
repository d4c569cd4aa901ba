"""Journals over HTTP: one of them, or all of a settlement."""

from datetime import date

import msgspec

from fund_ledger.journals.api.readers import Reader, must_see
from fund_ledger.journals.domain.accounts import parse
from fund_ledger.journals.queries.books import Books, Journal
from kernel.http import Json, Router, SignedYuan, Wire, answer
from kernel.values.refusals import not_found


class Line(Wire, frozen=True):
    """One line of a journal: debit positive, credit negative; ``payer`` is empty where no bill is behind it."""

    account: str
    amount_fen: SignedYuan
    payer: str


class FundShare(Wire, frozen=True):
    """Which fund stands behind a payer's layer with how much; below zero in a reversal."""

    payer: str
    fund: str
    to_hospital_fen: SignedYuan
    to_person_fen: SignedYuan


class JournalAnswer(Wire, frozen=True, kw_only=True):
    """A journal; its lines sum to zero. ``split`` says the same of a settlement by payer and fund."""

    journal_id: str
    kind: str
    booked_on: date
    settlement_id: str | None
    source: str | None
    reason: str | None
    lines: tuple[Line, ...]
    split: tuple[FundShare, ...]


def journals(books: Books) -> Router:
    """The routes of /v1/journals and /v1/settlements/{settlement_id}/journals."""
    router = Router(prefix="/v1", tags=["journals"])

    @router.get("/journals/{journal_id}")
    async def get_journal(journal_id: str, caller: Reader) -> Json[JournalAnswer]:
        """One journal."""
        row = await books.journal(journal_id)
        if row is None:
            raise not_found("JOURNAL_UNKNOWN", f"there is no journal {journal_id}")
        must_see(caller, row.accounts)
        return answer(_journal(row))

    @router.get("/settlements/{settlement_id}/journals")
    async def journals_of(settlement_id: str, caller: Reader) -> Json[tuple[JournalAnswer, ...]]:
        """A settlement's journal, and its reversal if there is one; nothing while it has not arrived."""
        rows = await books.journals_of(settlement_id)
        must_see(caller, (account for row in rows for account in row.accounts))
        return answer(tuple(_journal(row) for row in rows))

    return router


def _journal(row: Journal) -> JournalAnswer:
    columns = msgspec.structs.asdict(row)
    parts = zip(*(columns.pop(name) for name in ("accounts", "amounts", "payers")), strict=True)
    lines = tuple(Line(account=account, amount_fen=SignedYuan(amount), payer=payer) for account, amount, payer in parts)
    return JournalAnswer(**columns, lines=lines, split=_split(lines))


def _split(lines: tuple[Line, ...]) -> tuple[FundShare, ...]:
    shares: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        account = parse(line.account)
        if line.payer and account.payee_kind is not None:
            share = shares.setdefault((line.payer, account.fund), [0, 0])
            share[account.payee_kind == "person"] -= line.amount_fen
    return tuple(
        FundShare(payer=payer, fund=fund, to_hospital_fen=SignedYuan(hospital), to_person_fen=SignedYuan(person))
        for (payer, fund), (hospital, person) in shares.items()
    )
