"""A turn at the books: what it holds, what it found, and the journal that it comes to."""

from collections.abc import Awaitable, Callable
from datetime import date

import msgspec

from fund_ledger.funds.queries import Receipt as FundReceipt
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalEvent
from fund_ledger.journals.domain.journal import JournalState
from fund_ledger.payments.domain.money import DECIDER, MoneyCommand
from fund_ledger.payments.domain.moved import Moment
from fund_ledger.payments.domain.taken_back import OwedBack
from kernel.writing.command_path import Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome, decided


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn found while it holds it: the accounts, the first open day, and of what goes back what it meets."""

    standing: dict[str, int]
    moment: Moment
    receipt: FundReceipt | None
    owed_back: dict[str, OwedBack]
    later_fen: int = 0
    #: Of the write-off that is to be taken back, what stands.
    written_off_fen: int = 0
    filed_in: str | None = None


Order = Callable[[Found], MoneyCommand]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is asked to be moved: on which account, which accounts decide it, and how. A return has no amount."""

    journal_id: str
    account: str
    amount_fen: int
    names: tuple[str, ...]
    order: Order
    due: tuple[str, ...] = ()
    #: Of what settles a payable, the day of which the money was paid.
    paid_on: date | None = None
    #: Whether it takes back the write-off that ``journal_id`` is.
    revives: bool = False

    @property
    def books(self) -> str:
        """The name of the journal that it books."""
        return f"{self.journal_id}-revival" if self.revives else self.journal_id

    @property
    def county(self) -> str:
        """In whose books it is booked."""
        return accounts.parse(self.account).county


class Turn(msgspec.Struct, frozen=True):
    """A transaction that holds what the command is decided by."""

    connection: Connection
    within: Within
    journal_id: str
    command: MoneyCommand

    async def booked(self) -> Decision[JournalState, JournalEvent]:
        """The journal that the command comes to; nothing is written yet. Raises Refused."""
        stream, state = await self.within.standing(DECIDER, f"journal/{self.journal_id}")
        return decided(DECIDER, stream, state, self.command)


Attempt = Callable[[Turn], Awaitable[Outcome]]
