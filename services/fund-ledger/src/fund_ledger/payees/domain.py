"""The bank account of a payee in a county: named by one person of finance, typed again and confirmed by another.

Whoever could change an account alone could send a poor patient's money to himself. What is confirmed counts until the
next one is confirmed; the number and its holder lie sealed beside the events, which know the last four digits only.
"""

from collections.abc import Sequence
from datetime import date
from hmac import compare_digest
from typing import Final, Literal, assert_never
from unicodedata import normalize

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, forbidden, not_found

PayeeKind = Literal["hospital", "person", "insurer", "township"]
Why = Literal["TYPED_WRONG", "ANOTHER_HOLDER", "CLOSED", "NOT_ASKED_FOR"]


class Payee(msgspec.Struct, frozen=True):
    """Who is paid by a county's funds."""

    county: str
    payee_kind: str
    payee_id: str

    @property
    def subject(self) -> str:
        """Whose key seals the account: a person has one key in every county, and an erasure destroys it."""
        return f"{self.payee_kind}/{self.payee_id}"


class PayeeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A bank account by what is known of it without opening it: the last four digits. It never changes."""

    account_id: str
    county: str
    payee_kind: PayeeKind
    payee_id: str
    tail: str
    named_on: date
    named_by: str


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed: the holder (户名), the number (账号), the bank's branch (开户行) and its number (联行号)."""

    holder: str
    number: str
    bank: str
    bank_code: str = ""


class NameAccount(msgspec.Struct, frozen=True):
    """Finance names the account of a payee; one that waits and was named before is replaced by it."""

    account: PayeeAccount


class ConfirmAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Another person has typed the account again from the paper; ``differing`` is what is not as it was named."""

    account_id: str
    by: str
    on: date
    differing: tuple[str, ...]


class RejectAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account is not to be paid to: one that waits, or the one that is confirmed."""

    account_id: str
    by: str
    on: date
    reason: Why


PayeeCommand = NameAccount | ConfirmAccount | RejectAccount


class PayeeAccountNamed(msgspec.Struct, frozen=True):
    """An account waits for another person."""

    account: PayeeAccount


class PayeeAccountConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """From now on the payee is paid to this account."""

    account: PayeeAccount
    by: str
    on: date


class PayeeAccountRejected(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is paid to this account any more."""

    account: PayeeAccount
    stood: Literal["waiting", "paid_to"]
    by: str
    on: date
    reason: Why


class AccountsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody opened accounts, such as those of a payment file. Every look has a stream of its own: none grows."""

    look_id: str
    subject_id: str
    seen_by: str
    organisation: str | None
    roles: tuple[str, ...]


PayeeEvent = PayeeAccountNamed | PayeeAccountConfirmed | PayeeAccountRejected


class Accounts(msgspec.Struct, frozen=True):
    """What a payee has: an account that is paid to, and one that waits."""

    paid_to: PayeeAccount | None = None
    waiting: PayeeAccount | None = None


def decide(command: PayeeCommand, state: Accounts) -> Sequence[PayeeEvent]:
    """What a command brings about.

    Raises Refused PAYEE_ACCOUNT_UNKNOWN, PAYEE_ACCOUNT_SAME_PERSON, PAYEE_ACCOUNT_DIFFERS.
    """
    match command:
        case NameAccount(account=account):
            return (PayeeAccountNamed(account),)
        case ConfirmAccount(account_id=of, by=by, on=on, differing=differing):
            waiting = state.waiting
            if waiting is None or waiting.account_id != of:
                raise _unknown(of)
            if by == waiting.named_by:
                raise forbidden("PAYEE_ACCOUNT_SAME_PERSON", f"{by} named it; somebody else must confirm it")
            if differing:
                detail = f"{', '.join(differing)} of it differ from what was named: one of the two is typed wrongly"
                raise Refused("PAYEE_ACCOUNT_DIFFERS", detail, about={"differing": " ".join(differing)})
            return (PayeeAccountConfirmed(account=waiting, by=by, on=on),)
        case RejectAccount(account_id=of, by=by, on=on, reason=reason):
            if state.waiting is not None and state.waiting.account_id == of:
                return (PayeeAccountRejected(account=state.waiting, stood="waiting", by=by, on=on, reason=reason),)
            if state.paid_to is not None and state.paid_to.account_id == of:
                return (PayeeAccountRejected(account=state.paid_to, stood="paid_to", by=by, on=on, reason=reason),)
            raise _unknown(of)
        case _:
            assert_never(command)


def evolve(state: Accounts, event: PayeeEvent) -> Accounts:
    """The state after an event."""
    match event:
        case PayeeAccountNamed(account=account):
            return msgspec.structs.replace(state, waiting=account)
        case PayeeAccountConfirmed(account=account):
            return Accounts(paid_to=account)
        case PayeeAccountRejected(stood=stood):
            return Accounts(state.paid_to) if stood == "waiting" else Accounts(waiting=state.waiting)
        case _:
            assert_never(event)


DECIDER: Final[Decider[PayeeCommand, Accounts, PayeeEvent]] = Decider(Accounts(), decide, evolve)


def stream_of(payee: Payee) -> str:
    """The stream of a payee's accounts in a county."""
    return f"payee/{payee.county}/{payee.subject}"


def _unknown(account_id: str) -> Refused:
    detail = f"the payee has no account {account_id} that waits or is paid to"
    return not_found("PAYEE_ACCOUNT_UNKNOWN", detail, account_id=account_id)


def differing(named: Details, typed: Details) -> tuple[str, ...]:
    """What of an account was typed otherwise than it was named. Blanks, and how wide a sign is, make no difference."""
    return tuple(field for field in Details.__struct_fields__ if _differ(getattr(named, field), getattr(typed, field)))


def _differ(named: str, typed: str) -> bool:
    return not compare_digest(_bare(named), _bare(typed))


def _bare(text: str) -> bytes:
    return "".join(normalize("NFKC", text).split()).casefold().encode()


def lost(*journal_ids: str) -> Refused:
    """The refusal of an account that cannot be read any more, because the person's data were erased."""
    detail = "this person's data were erased, and the account with them"
    if not journal_ids:
        return conflict("PERSON_ERASED", detail)
    detail = (
        f"the payees of {', '.join(journal_ids)} were erased, and their accounts with them: leave these payments out"
    )
    return conflict("PERSON_ERASED", detail, journal_ids=" ".join(journal_ids))
