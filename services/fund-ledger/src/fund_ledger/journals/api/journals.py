"""Journals over HTTP: one of them, or all of a settlement."""

from fund_ledger.journals.api.readers import Reader, must_see
from fund_ledger.journals.queries.books import Books, JournalAnswer
from kernel.http import Json, Router, answer
from kernel.values.refusals import not_found


def journals(books: Books) -> Router:
    """The routes of /v1/journals and /v1/settlements/{settlement_id}/journals."""
    router = Router(prefix="/v1", tags=["journals"])

    @router.get("/journals/{journal_id}")
    async def get_journal(journal_id: str, caller: Reader) -> Json[JournalAnswer]:
        """One journal."""
        row = await books.journal(journal_id)
        if row is None:
            raise not_found("JOURNAL_UNKNOWN", f"there is no journal {journal_id}")
        must_see(caller, (line.account for line in row.lines))
        return answer(row)

    @router.get("/settlements/{settlement_id}/journals")
    async def journals_of(settlement_id: str, caller: Reader) -> Json[tuple[JournalAnswer, ...]]:
        """A settlement's journal, and its reversal if there is one; nothing while it has not arrived."""
        rows = await books.journals_of(settlement_id)
        must_see(caller, (line.account for row in rows for line in row.lines))
        return answer(tuple(rows))

    return router
