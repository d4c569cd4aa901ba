"""Erasure: one person asks that a record's personal data be destroyed, another confirms; then the key is gone."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.refusals import person_erased
from kernel.values.decider import Decider
from kernel.values.refusals import conflict, forbidden


class ErasureReason(StrEnum):
    """Why personal data must go (个人信息保护法 第四十七条)."""

    PURPOSE_ENDED = "PURPOSE_ENDED"
    RETENTION_ENDED = "RETENTION_ENDED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    UNLAWFUL = "UNLAWFUL"
    OTHER_LAW = "OTHER_LAW"


class ErasureState(StrEnum):
    """How far an erasure has come."""

    ASKED = "ASKED"
    DECLINED = "DECLINED"
    CONFIRMED = "CONFIRMED"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure as it stands; every event carries the one it leads to.

    ``number_tokens`` are those of all ID numbers of the person, kept from the confirmation on so that their deletion
    can be done again: they are random, and mean nothing once it is done. ``records`` are the record and its aliases.
    """

    person_id: str
    revision: int
    state: ErasureState
    reason: ErasureReason
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    records: tuple[str, ...] = ()
    number_tokens: tuple[str, ...] = ()


# Commands


class AskErasure(msgspec.Struct, frozen=True):
    """Ask for an erasure."""

    person_id: str
    reason: ErasureReason
    by: str
    at: datetime


class ConfirmErasure(msgspec.Struct, frozen=True):
    """Confirm it, as somebody else."""

    records: tuple[str, ...]
    number_tokens: tuple[str, ...]
    by: str
    at: datetime


class DeclineErasure(msgspec.Struct, frozen=True):
    """Decline it; who asked may take it back."""

    by: str
    at: datetime


Command: TypeAlias = AskErasure | ConfirmErasure | DeclineErasure


# Events


class ErasureAsked(msgspec.Struct, frozen=True):
    erasure: Erasure


class ErasureConfirmed(msgspec.Struct, frozen=True):
    erasure: Erasure


class ErasureDeclined(msgspec.Struct, frozen=True):
    erasure: Erasure


class PersonErased(msgspec.Struct, frozen=True):
    """In the person's own stream: nobody can say any more who this was. What was settled stays, without a name."""

    number_tokens: tuple[str, ...]
    entitlement: Entitlement


Event: TypeAlias = ErasureAsked | ErasureConfirmed | ErasureDeclined
State: TypeAlias = Erasure | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused ERASURE_…, PERSON_ERASED."""
    if state is not None and state.state is ErasureState.CONFIRMED:
        raise person_erased()
    if isinstance(command, AskErasure):
        return [_asked(command, state)]
    if state is None or state.state is not ErasureState.ASKED:
        raise conflict("ERASURE_NOT_ASKED", "nobody asked for this erasure: ask first")
    match command:
        case ConfirmErasure():
            if command.by == state.asked_by:
                detail = "who asked for an erasure cannot confirm it: it cannot be undone, so two people decide"
                raise forbidden("ERASURE_SAME_PERSON", detail)
            records, tokens = command.records, command.number_tokens
            confirmed = _decided(command, state, ErasureState.CONFIRMED, records=records, number_tokens=tokens)
            return [ErasureConfirmed(confirmed)]
        case DeclineErasure():
            return [ErasureDeclined(_decided(command, state, ErasureState.DECLINED))]
        case _:
            assert_never(command)


#: Each event says the erasure after it itself.
DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, lambda _state, event: event.erasure)


def erase(person: Entitlement, number_tokens: tuple[str, ...]) -> PersonErased:
    """What an erasure does to one record."""
    after = msgspec.structs.replace(person, revision=person.revision + 1, erased=True, born_in=None)
    return PersonErased(number_tokens, after)


def _asked(command: AskErasure, state: State) -> ErasureAsked:
    if state is not None and state.state is ErasureState.ASKED:
        raise conflict("ERASURE_ASKED", "this erasure was asked for already: confirm or decline it")
    erasure = Erasure(
        person_id=command.person_id,
        revision=1 if state is None else state.revision + 1,
        state=ErasureState.ASKED,
        reason=command.reason,
        asked_by=command.by,
        asked_at=command.at,
    )
    return ErasureAsked(erasure)


def _decided(
    command: ConfirmErasure | DeclineErasure, state: Erasure, to: ErasureState, **parts: tuple[str, ...]
) -> Erasure:
    return msgspec.structs.replace(
        state, revision=state.revision + 1, state=to, decided_by=command.by, decided_at=command.at, **parts
    )
