"""Noting: a group of a payment list's rows becomes one event, with what is known here of whom they name."""

from collections.abc import Sequence

from identity.comparison.commands.staging import PaymentStaging
from identity.comparison.domain.payment_list import PaymentList, PaymentsNoted
from identity.comparison.domain.payment_row import Holder, NotedPayment, Payment, note, note_unread
from identity.intake.domain import Unread
from identity.intake.queries import KnownPeople
from identity.intake.readers.packing import Read
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend


class Noting:
    """Looks people up and compares names in memory; only what came of it is kept."""

    def __init__(self, runtime: Runtime, vault: Vault, staging: PaymentStaging) -> None:
        self._runtime = runtime
        self._vault = vault
        self._people = KnownPeople(runtime)
        self._staging = staging

    async def note(self, context: CommandContext, received: PaymentList, group: Sequence[Read[Payment]]) -> None:
        """Note a group; a group that was noted before is left as it is."""
        first, last = group[0][0], group[-1][0]

        async def attempt() -> Outcome:
            noted = await self._noted(received, group, first, last)
            kept = tuple(payment for payment in noted if payment is not None)
            event = PaymentsNoted(received.list_id, first, last, len(noted) - len(kept), kept)
            stream = Stream(f"payment-rows/{received.list_id}/{first}")
            return Outcome((StreamAppend(stream, (event,)),), {"last_row": last})

        await self._runtime.path.run(context, attempt)

    async def _noted(
        self, received: PaymentList, group: Sequence[Read[Payment]], first: int, last: int
    ) -> list[NotedPayment | None]:
        doubles = await self._staging.doubles(received.list_id, first, last)
        holders = await self._holders([number for _, row in group if (number := _number_of(row)) is not None])

        def noted(place: int, row: Payment | Unread) -> NotedPayment | None:
            holder = holders.get(_number_of(row))
            if isinstance(row, Unread):
                return note_unread(place, row, holder)
            return note(place, row, holder, doubles.get(place), year=received.year, list_area=received.area)

        return [noted(place, row) for place, row in group]

    async def _holders(self, numbers: Sequence[str]) -> dict[str | None, Holder]:
        """Who has each number, or had it before, with the registered name."""
        by_hash = {self._vault.hash_of(number): number for number in numbers}
        persons = await self._people.by_hashes(by_hash)
        names = await self._vault.names_of(list(persons.values()))
        return {by_hash[known]: Holder(person_id, names.get(person_id)) for known, person_id in persons.items()}


def _number_of(row: Payment | Unread) -> str | None:
    return row.number if isinstance(row, Unread) else row.id_number.number
