"""The journal: balanced postings for one happening, and its exact negative where it is taken back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, assert_never

import msgspec

from fund_ledger.journals.domain import accounts, commands, events
from fund_ledger.journals.domain.commands import JournalCommand
from fund_ledger.journals.domain.deducted import deducted_again
from fund_ledger.journals.domain.events import JournalEvent, Posting
from fund_ledger.journals.domain.funding import split
from fund_ledger.journals.domain.liabilities import liabilities
from fund_ledger.journals.domain.refused_payment import (
    DEDUCTION,
    DEDUCTION_CHANGE,
    REFUSAL,
    TAKEN_OFF,
    refusal,
    refused_again,
    refused_by,
)
from fund_ledger.journals.domain.reversal import reversed_postings
from fund_ledger.journals.domain.supplements import supplementary
from kernel.values.decider import Decider

#: What funds pay beside bills: the kind of journal, and under which name it is counted.
PREMIUMS: Final = "premiums"
PREMIUM: Final = "PREMIUM"
_DEDUCTIONS: Final = frozenset({DEDUCTION, DEDUCTION_CHANGE})


class Unbooked(msgspec.Struct, frozen=True):
    """Nothing was booked yet. ``refused`` are payers whose money the hospital does not get, whenever they give it."""

    refused: frozenset[str] = frozenset()


class Booked(msgspec.Struct, frozen=True):
    """A journal stands, perhaps with supplements."""

    journals: tuple[events.JournalBooked, ...]
    refused: frozenset[str] = frozenset()


class Reversed(msgspec.Struct, frozen=True):
    """A journal was taken back."""


JournalState = Unbooked | Booked | Reversed


def decide(command: JournalCommand, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a command, and the alarm where a fund crosses zero with it.

    What was booked before is not booked again: a repetition brings about nothing. Raises Refused ACCOUNT_MALFORMED.
    """
    match command:
        case commands.BookSettlement():
            return _book(command) if isinstance(state, Unbooked) else ()
        case commands.BookPremiums():
            return _premiums(command) if isinstance(state, Unbooked) else ()
        case commands.BookSupplement():
            return _supplement(command, state)
        case commands.RefusePayment():
            return _refuse(command, state)
        case commands.ReverseSettlement():
            return _reverse(command, state)
        case _:
            assert_never(command)


def _book(command: commands.BookSettlement) -> Sequence[JournalEvent]:
    # Where the patient pays it all nobody owes anybody anything, and there is no journal.
    postings = liabilities(command.bill, command.available_fen)
    return _of_settlement(command, command.bill.settlement_id, "settlement", postings)


def _supplement(command: commands.BookSupplement, state: JournalState) -> Sequence[JournalEvent]:
    past = state.journals if isinstance(state, Booked) else ()
    bill = command.bill
    if isinstance(state, Reversed) or any(journal.journal_id == bill.supplement_id for journal in past):
        return ()
    # What was refused counts as given here: the difference is the same whichever came first, and is refused after it.
    given = _given([journal for journal in past if journal.kind not in TAKEN_OFF])
    postings = supplementary(bill, given, command.available_fen)
    refused = state.refused | refused_by(past)
    booked = _of_settlement(
        command, bill.supplement_id, "supplement", postings + refused_again(bill, refused, postings)
    )
    return (*booked, *_deducted_again(command, past, postings, refused, after(command.available_fen, booked)))


def _deducted_again(
    command: commands.BookSupplement,
    past: Sequence[events.JournalBooked],
    change: Sequence[Posting],
    refused: frozenset[str],
    available_fen: Mapping[str, int],
) -> Sequence[JournalEvent]:
    """A journal beside the difference's, so that what is given and what is taken off it can be told apart."""
    off = _given([journal for journal in past if journal.kind in _DEDUCTIONS])
    if not off:
        return ()
    kept = [posting for journal in past if journal.kind not in TAKEN_OFF for posting in journal.postings]
    taken = {payer: {code: -fen for code, fen in of_payer.items()} for payer, of_payer in off.items()}
    postings = deducted_again(command.bill, _borne((*kept, *change)), taken, refused)
    after_it = msgspec.structs.replace(command, available_fen=available_fen)
    return _of_settlement(after_it, f"{command.bill.supplement_id}-deduction", DEDUCTION_CHANGE, postings)


def _given(journals: Sequence[events.JournalBooked]) -> dict[str, dict[str, int]]:
    """What each fund has borne of each payer's part in these journals."""
    return _borne(posting for journal in journals for posting in journal.postings)


def _borne(postings: Iterable[Posting]) -> dict[str, dict[str, int]]:
    given: dict[str, dict[str, int]] = {}
    for posting in postings:
        account = accounts.parse(posting.account)
        if account.kind == accounts.FUND and posting.payer is not None:
            of_payer = given.setdefault(posting.payer, {})
            of_payer[account.fund] = of_payer.get(account.fund, 0) + posting.amount_fen
    return given


def _refuse(command: commands.RefusePayment, state: JournalState) -> Sequence[JournalEvent]:
    bill, past = command.bill, state.journals if isinstance(state, Booked) else ()
    if isinstance(state, Reversed) or any(journal.journal_id == bill.journal_id for journal in past):
        return ()
    booked = _of_settlement(command, bill.journal_id, REFUSAL, refusal(bill, _given(past)))
    told = refused_by(one for one in booked if isinstance(one, events.JournalBooked)) | state.refused
    without = tuple(payer for payer in bill.payers if payer not in told)
    return (*booked, events.RefusalNoted(bill.settlement_id, without)) if without else booked


def _of_settlement(
    command: commands.BookSettlement | commands.BookSupplement | commands.RefusePayment,
    journal_id: str,
    kind: str,
    postings: tuple[Posting, ...],
) -> Sequence[JournalEvent]:
    if not postings:
        return ()
    journal = events.JournalBooked(
        journal_id=journal_id,
        kind=kind,
        booked_on=command.booked_on,
        postings=postings,
        settlement_id=command.bill.settlement_id,
        effective_on=command.effective_on,
    )
    return with_alarms(journal, command.available_fen)


def _reverse(command: commands.ReverseSettlement, state: JournalState) -> Sequence[JournalEvent]:
    match state:
        case Booked(journals=journals):
            settlement_id = journals[0].settlement_id
            assert settlement_id is not None, "only what a settlement booked is reversed"
            back = events.JournalReversed(
                journal_id=settlement_id,
                booked_on=command.booked_on,
                postings=reversed_postings(journals, command.available_fen),
                reason=command.reason,
                settlement_id=settlement_id,
                effective_on=command.effective_on,
            )
            return with_alarms(back, command.available_fen)
        case Unbooked() | Reversed():
            return ()  # a bill without a payer has no journal, and a second revocation is a repetition
        case _:
            assert_never(state)


def _premiums(command: commands.BookPremiums) -> Sequence[JournalEvent]:
    county = command.county
    held = {code: command.available_fen.get(accounts.fund(county, code), 0) for code in command.funds}
    postings: list[Posting] = []
    for code, share in split(command.total_fen, command.funds, held):
        if share:
            postings += [Posting(accounts.fund(county, code), share, PREMIUM)]
            postings += [Posting(accounts.bank(county, code), -share, PREMIUM)]
    if not postings:
        return ()
    journal = events.JournalBooked(
        journal_id=command.journal_id,
        kind=PREMIUMS,
        booked_on=command.booked_on,
        postings=tuple(postings),
        effective_on=command.effective_on,
    )
    return with_alarms(journal, command.available_fen)


def with_alarms(
    journal: events.JournalBooked | events.JournalReversed, available_fen: Mapping[str, int]
) -> tuple[JournalEvent, ...]:
    """A journal that balances, and an alarm for each of these fund accounts that crosses zero with it."""
    assert journal.postings, f"journal {journal.journal_id} has no postings"
    assert sum(posting.amount_fen for posting in journal.postings) == 0, f"{journal.journal_id} does not balance"
    return (journal, *_alarms(journal, available_fen))


def _alarms(
    journal: events.JournalBooked | events.JournalReversed, available_fen: Mapping[str, int]
) -> Iterator[events.FundOverdrawn | events.FundRestored]:
    moved = {posting.account for posting in journal.postings if posting.account in available_fen}
    after_fen = after({name: available_fen[name] for name in moved}, (journal,))
    for account in sorted(name for name in moved if accounts.parse(name).kind == accounts.FUND):
        before, now = available_fen[account], after_fen[account]
        if now < 0 <= before:
            yield events.FundOverdrawn(account, now, journal.journal_id)
        elif before < 0 <= now:
            yield events.FundRestored(account, now, journal.journal_id)


def after(available_fen: Mapping[str, int], happened: Sequence[JournalEvent]) -> dict[str, int]:
    """What the same accounts have left after what ``happened``: a debit takes, a credit gives."""
    left = dict(available_fen)
    for event in happened:
        if isinstance(event, events.JournalBooked | events.JournalReversed):
            for posting in event.postings:
                if posting.account in left:
                    left[posting.account] -= posting.amount_fen
    return left


def evolve(state: JournalState, event: JournalEvent) -> JournalState:
    """The state after an event."""
    match event:
        case events.JournalBooked():
            past = state.journals if isinstance(state, Booked) else ()
            refused = frozenset[str]() if isinstance(state, Reversed) else state.refused
            return Booked((*past, event), refused)
        case events.RefusalNoted():
            assert not isinstance(state, Reversed), "nothing is refused of a bill that was taken back"
            return msgspec.structs.replace(state, refused=state.refused.union(event.payers))
        case events.JournalReversed():
            return Reversed()
        case events.FundOverdrawn() | events.FundRestored():
            return state
        case _:
            assert_never(event)


DECIDER: Final[Decider[JournalCommand, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)
