"""Judging an entry: which of the two sides is at fault, what kind of fault it is, and what mends it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import asyncpg

from kernel.writing.event_store.archived import ArchivedError
from onestop.reconcile.comparing import Entry
from onestop.reconcile.difference import (
    NO_GROUND,
    ByHand,
    Difference,
    Redelivery,
    Rows,
    Sums,
    booked_otherwise,
    event_lost,
)
from onestop.reconcile.evidence import Evidence
from onestop.reconcile.one_row import try_out
from onestop.reconcile.pairs import Pair, Told
from onestop.reconcile.standings import Standings

_ROW_FAULTS: Final = {
    "MISSING": "its row is missing",
    "STRAY": "its row has no event",
    "CHANGED": "its row was changed",
}


class Judge:
    """Looks into entries, changing nothing for good."""

    def __init__(self, evidence: Evidence, standings: Standings) -> None:
        self._evidence = evidence
        self._standings = standings

    async def wait(self, pair: Pair) -> None:
        """Let the pair's consumer come as far as its publisher is now."""
        if pair.one.service != pair.other.service:
            consumer = pair.told.consumer if pair.told is not None else pair.other.service
            await self._standings.late(pair.one.service, pair.other.service, consumer)

    async def judge(self, pair: Pair, entry: Entry) -> Difference | None:
        """What kind of difference an entry is; None where the other side has only not come so far yet."""
        try:
            if pair.told is not None:
                return await self._told(pair, pair.told, entry)
            return await _JUDGES[pair.name](self, entry)
        except asyncpg.LockNotAvailableError:
            return None  # somebody holds it, such as a migration: nothing is said of it before the next run
        except ArchivedError as away:
            back = await self._evidence.detached({pair.one.service, pair.other.service})
            do = f"{'; '.join(f'onestop archive bring-back {one}' for one in back)}; onestop reconcile"
            return _by_hand("EVENTS_ARCHIVED", f"{pair.name}/{entry.name}", "operations", str(away), do)

    async def settlement(self, entry: Entry) -> Difference | None:
        """A settlement and its journal."""
        if (half := await self._half_taken_back(entry.name)) is not None:
            return await self.revocation(half)
        name, says = entry.name, f"settled {_fen(entry.ours)}, booked {_fen(entry.theirs)}"
        stream = await self._evidence.stream_of_settlement(name)
        if (found := await self._rows("settlements", stream, name, says)) is not None:
            return found
        event_id = stream and await self._evidence.event_of_settlement(stream, "SettlementConfirmed", name)
        if not stream or not event_id:
            return _by_hand("JOURNAL_WITHOUT_SETTLEMENT", name, "finance", says, NO_GROUND)
        booked, _ = await self._evidence.is_booked(name)
        if booked:
            doubled = entry.theirs is not None and " + " in entry.theirs
            if doubled:
                do = f"onestop trace {name}; {NO_GROUND}"
                return _by_hand("JOURNAL_DOUBLED_IN_THE_STORE", name, "finance", says, do)
            return _by_hand("AMOUNTS_DIFFER", name, "finance", says, booked_otherwise(name))
        return await self._lost(_to_ledger(stream, event_id), name, "JOURNAL_MISSING", says)

    async def revocation(self, entry: Entry) -> Difference | None:
        """A revocation and its reversal."""
        name = entry.name
        if entry.theirs is None:
            says = "revoked, and no reversal is booked"
        else:
            never = entry.ours is None
            says = "reversed, and was never revoked" if never else f"revoked, and {_fen(entry.theirs)} are left booked"
        stream = await self._evidence.stream_of_settlement(name)
        if (found := await self._rows("revocations", stream, name, says)) is not None:
            return found
        event_id = stream and await self._evidence.event_of_settlement(stream, "SettlementRevoked", name)
        if not stream or not event_id:
            return _by_hand("REVERSAL_WITHOUT_REVOCATION", name, "finance", says, NO_GROUND)
        if await self._evidence.has_booked(name, "JournalReversed", name):
            return _by_hand("REVERSAL_DIFFERS", name, "finance", says, f"onestop trace {name}; {NO_GROUND}")
        return await self._lost(_to_ledger(stream, event_id), name, "REVERSAL_MISSING", says)

    async def supplement(self, entry: Entry) -> Difference | None:
        """A supplement and its journal."""
        name, says = entry.name, f"supplemented {_fen(entry.ours)}, booked {_fen(entry.theirs)}"
        settlement_id = await self._evidence.supplemented(name)
        stream = settlement_id and await self._evidence.stream_of_settlement(settlement_id)
        if not settlement_id or not stream:
            return _by_hand("SUPPLEMENT_WITHOUT_GROUND", name, "finance", says, NO_GROUND)
        if (half := await self._half_taken_back(settlement_id)) is not None:
            return await self.revocation(half)
        if (found := await self._rows_of("supplements", stream, name, settlement_id, says)) is not None:
            return found
        event_id = await self._evidence.event_of_supplement(stream, name)
        if event_id is None:
            return _by_hand("SUPPLEMENT_WITHOUT_GROUND", name, "finance", says, NO_GROUND)
        if await self._evidence.has_booked(settlement_id, "JournalBooked", name):
            return _by_hand("SUPPLEMENT_DIFFERS", name, "finance", says, booked_otherwise(settlement_id))
        return await self._lost(_to_ledger(stream, event_id), name, "SUPPLEMENT_NOT_BOOKED", says)

    async def refusal(self, entry: Entry) -> Difference | None:
        """A refusal of payers' money, and what the books have of it."""
        if (half := await self._half_taken_back(entry.name)) is not None:
            return await self.revocation(half)
        name, stream = entry.name, f"payment-refusal/{entry.name}"
        says = f"refused of {entry.ours or 'nobody'}, booked of {entry.theirs or 'nobody'}"
        if (found := await self._rows_of("payment_refusals", stream, name, name, says)) is not None:
            return found
        event_id = await self._evidence.first_event(stream)
        if event_id is None:
            return _by_hand("REFUSAL_WITHOUT_GROUND", name, "finance", says, NO_GROUND)
        if entry.theirs is not None:
            return _by_hand("REFUSAL_DIFFERS", name, "finance", says, booked_otherwise(name))
        return await self._lost(_to_ledger(stream, event_id), name, "REFUSAL_NOT_BOOKED", says)

    async def settled_stay(self, entry: Entry) -> Difference | None:
        """A stay's settlements as events and as rows."""
        stream = f"encounter/{entry.name}"
        says = f"stay {entry.name}: {entry.ours or 0} settled in events, {entry.theirs or 0} in rows"
        for name in await self._evidence.settlements_of_stay(entry.name):
            row = Rows(service="settlement", table="settlements", stream=stream, key=name)
            fault = (await try_out(self._evidence.owner, row)).fault
            if fault == "STRAY" and (await self._evidence.is_booked(name))[1]:
                # The ledger was told of it, so it happened: the event is what was lost, and the row must stay.
                return _by_hand("EVENT_LOST", stream, "settlement", says, event_lost("settlement"))
            if fault:
                return _of_row(row, fault, says)
        return None

    async def journal(self, entry: Entry) -> Difference | None:
        """A journal as events and as a row."""
        return await self._journal_rows(
            entry.name, f"{entry.ours or 0} journals in events, {entry.theirs or 0} in rows"
        )

    async def account(self, entry: Entry) -> Difference | None:
        """An account's sums, as debit, credit and lines."""
        says = f"one side has {entry.ours or 'nothing'}, the other {entry.theirs or 'nothing'} (debit|credit|lines)"
        return Difference(
            kind="BALANCE_CHANGED", subject=entry.name, owner="fund-ledger", says=says, repair=Sums(entry.name)
        )

    async def _told(self, pair: Pair, told: Told, entry: Entry) -> Difference | None:
        publisher, consumer = pair.one.service, pair.other.service
        stream = f"{told.stream}/{entry.name}"
        own = Rows(service=publisher, table=told.table, stream=stream, key=entry.name)
        says = f"{publisher} has revision {entry.ours or 'none'}, {consumer} {entry.theirs or 'none'}"
        if fault := (await try_out(self._evidence.owner, own)).fault:
            return _of_row(own, fault, says)
        event_id = await self._evidence.newest_told(publisher, stream)
        if event_id is None or (entry.theirs is not None and int(entry.theirs) > int(entry.ours or 0)):
            # The consumer was told more than the publisher has.
            return _by_hand("EVENT_LOST", stream, publisher, says, event_lost(publisher))
        again = Redelivery(
            publisher=publisher, stream=stream, event_id=event_id, service=consumer, consumer=told.consumer
        )
        return await self._lost(again, entry.name, f"{told.heard_table}_BEHIND".upper(), says)

    async def _half_taken_back(self, settlement_id: str) -> Entry | None:
        """The entry of a bill that one side has taken back and the other has not: that is what is wrong with it."""
        revoked, reversed_ = await self._evidence.taken_back(settlement_id)
        sides = ("0" if there else None for there in (revoked, reversed_))
        return None if revoked == reversed_ else Entry(settlement_id, *sides)

    async def _rows(self, table: str, stream: str | None, name: str, says: str) -> Difference | None:
        """Settlement's row that is not as its events say, or else the ledger's."""
        return await self._rows_of(table, stream, name, name, says)

    async def _rows_of(
        self, table: str, stream: str | None, key: str, settlement_id: str, says: str
    ) -> Difference | None:
        if stream:
            row = Rows(service="settlement", table=table, stream=stream, key=key)
            if fault := (await try_out(self._evidence.owner, row)).fault:
                return _of_row(row, fault, says)
        return await self._journal_rows(settlement_id, says)

    async def _journal_rows(self, name: str, says: str) -> Difference | None:
        for journal_id in await self._evidence.journals_of(name):
            row = Rows(service="fund-ledger", table="journals", stream=f"journal/{name}", key=journal_id)
            if fault := (await try_out(self._evidence.owner, row)).fault:
                return _of_row(row, fault, says)
        return None

    async def _lost(self, again: Redelivery, key: str, kind: str, says: str) -> Difference | None:
        """An effect that is missing: it is late, waits behind a parked message, or was lost."""
        at = await self._standings.of(again)
        if at.late:
            return None
        if at.parked:
            do = f"onestop parked list {again.service} --key {at.key}"
            return _by_hand(f"{kind}_PARKED", key, again.service, f"{says}; its messages are parked", do)
        then = f"onestop parked retry {again.service} {again.consumer} {again.publisher} {at.key}"
        return Difference(kind=kind, subject=key, owner=again.service, says=says, repair=again, then=then)


_Judged: TypeAlias = Callable[[Judge, Entry], Awaitable[Difference | None]]
_JUDGES: Final[Mapping[str, _Judged]] = {
    "settlements-journals": Judge.settlement,
    "revocations-reversals": Judge.revocation,
    "supplements-journals": Judge.supplement,
    "refusals-journals": Judge.refusal,
    "settlement-events-rows": Judge.settled_stay,
    "journal-events-rows": Judge.journal,
    "journals-entries": Judge.account,
    "entries-balances": Judge.account,
}


def _of_row(row: Rows, fault: str, says: str) -> Difference:
    kind = f"{row.table}_ROW_{fault}".upper()
    said = f"{says}; {_ROW_FAULTS[fault]} in {row.service}.{row.table}"
    return Difference(kind=kind, subject=row.key, owner=row.service, says=said, repair=row)


def _by_hand(kind: str, subject: str, owner: str, says: str, do: str) -> Difference:
    return Difference(kind=kind, subject=subject, owner=owner, says=says, repair=ByHand(do))


def _to_ledger(stream: str, event_id: str) -> Redelivery:
    return Redelivery(
        publisher="settlement", stream=stream, event_id=event_id, service="fund-ledger", consumer="fund-ledger"
    )


def _fen(said: str | None) -> str:
    return "nothing" if said is None else f"{said} fen"
