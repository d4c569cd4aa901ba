"""Noting: a group of a payment list's rows becomes one event, with what is known here of whom they name."""

from collections.abc import Sequence

from identity.domain.payment_list import PaymentList, PaymentsNoted
from identity.domain.payment_row import Holder, NotedPayment, Payment, note, refused_row
from identity.handlers.feeding.files import RawRow
from identity.handlers.feeding.groups import BY_HASHES_SQL
from identity.handlers.payment_lists.staging import PaymentStaging
from identity.handlers.personal_data import Vault
from kernel.command_path import CommandContext, Outcome
from kernel.event_store import Stream, StreamAppend
from kernel.refusals import Refused
from kernel.runtime import Runtime

ReadRow = tuple[RawRow, Payment | Refused]


class Noting:
    """Looks people up and compares names in memory; only what came of it is kept."""

    def __init__(self, runtime: Runtime, vault: Vault, staging: PaymentStaging) -> None:
        self._runtime = runtime
        self._vault = vault
        self._staging = staging

    async def note(self, context: CommandContext, received: PaymentList, group: Sequence[ReadRow]) -> None:
        """Note a group; a group that was noted before is left as it is."""
        first, last = group[0][0].number, group[-1][0].number

        async def attempt() -> Outcome:
            noted = await self._noted(received, group, first, last)
            kept = tuple(payment for payment in noted if payment is not None)
            event = PaymentsNoted(received.list_id, first, last, len(noted) - len(kept), kept)
            stream = Stream(f"payment-rows/{received.list_id}/{first}")
            return Outcome((StreamAppend(stream, (event,)),), {"last_row": last})

        await self._runtime.path.run(context, attempt)

    async def _noted(
        self, received: PaymentList, group: Sequence[ReadRow], first: int, last: int
    ) -> list[NotedPayment | None]:
        doubles = await self._staging.doubles(received.list_id, first, last)
        holders = await self._holders([row for _, row in group if isinstance(row, Payment)])
        noted: list[NotedPayment | None] = []
        for raw, row in group:
            if isinstance(row, Refused):
                noted.append(refused_row(raw.number, row))
                continue
            holder, double = holders.get(row.resident_id.number), doubles.get(raw.number)
            noted.append(note(raw.number, row, holder, double, year=received.year, list_area=received.area))
        return noted

    async def _holders(self, payments: Sequence[Payment]) -> dict[str, Holder]:
        """Who has each number, or had it before, with the registered name."""
        numbers = {self._vault.hash_of(row.resident_id.number): row.resident_id.number for row in payments}
        found = await self._runtime.store.pool.fetch(BY_HASHES_SQL, list(numbers))
        persons = {numbers[row["id_number_hash"]]: row["person_id"] for row in found}
        names = await self._vault.names_of(list(persons.values()))
        return {number: Holder(person_id, names.get(person_id)) for number, person_id in persons.items()}
