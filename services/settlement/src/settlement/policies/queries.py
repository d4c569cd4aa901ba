"""Reads adopted law into a book, each pack once: there are only as many as documents were ever adopted."""

from collections.abc import Iterable
from typing import Final

from kernel.writing.database import Connection, Pool
from law.packs import Pack
from settlement.policies.domain import LawBook, Outcome, PolicyAdopted, laws_of

_LAWS_SQL: Final = "SELECT pack_id, digest, text FROM policies WHERE digest = ANY($1::text[])"


class Laws:
    """The adopted law that was asked for by now."""

    def __init__(self) -> None:
        self.book = LawBook()

    async def pack(self, source: Pool | Connection, digest: str) -> Pack:
        """The policy pack that a settlement was decided by, from the text that was adopted."""
        await self._read(source, [digest])
        return self.book.pack(digest)

    async def of(self, source: Pool | Connection, outcomes: Iterable[Outcome]) -> LawBook:
        """The book with the law that these outcomes rest on."""
        await self._read(source, (law.policy_digest for outcome in outcomes for law in laws_of(outcome)))
        return self.book

    async def _read(self, source: Pool | Connection, digests: Iterable[str]) -> None:
        missing = self.book.missing(digests)
        if missing:
            for row in await source.fetch(_LAWS_SQL, sorted(missing)):
                self.book.enter(PolicyAdopted(**dict(row)))
