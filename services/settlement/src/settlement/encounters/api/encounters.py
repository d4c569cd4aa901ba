"""Encounters over HTTP: from the door to the bill, each hospital its own."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from kernel.http import (
    IdempotencyKey,
    Json,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    keyless,
)
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.api.answers import ForecastAnswer, SettlementAnswer, forecast_answer, settled_text, text
from settlement.encounters.api.bodies import (
    AdmitBody,
    DischargeBody,
    ReferBody,
    RevokeBody,
    SettleBody,
    hospital_of,
)
from settlement.encounters.commands.encounters import Arriving, EncounterCommands
from settlement.encounters.domain.commands import Cancel, Discharge, Numbers, Presented
from settlement.encounters.domain.events import AdmissionCorrected, EncounterAdmitted, EncounterEvent
from settlement.encounters.domain.notices import Notice

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]


class Admitted(Wire, frozen=True):
    """The answer at the door: no deposit is asked where ``deposit_required`` is false.

    ``notices`` say what keeps benefits away as things stand: the contract (CONTRACT_NOT_BEGUN, CONTRACT_ENDED), the
    insurance (NOT_INSURED, INSURED_ELSEWHERE, ENROLMENT_NOT_REGISTERED, ENROLMENT_NOT_MARKED), the lists
    (NO_MEMBERSHIP: no department has told of the person yet).
    """

    encounter_id: str
    deposit_required: bool
    category: str | None
    clause: str | None
    notices: tuple[Notice, ...] = ()


class Cancelled(Wire, frozen=True):
    """The admission was taken back."""

    encounter_id: str


class Referred(Wire, frozen=True):
    """The referral that the stay rests on."""

    encounter_id: str
    referral_id: str


class Discharged(Wire, frozen=True):
    """The stay has ended."""

    encounter_id: str
    discharged_on: date


def encounters(commands: EncounterCommands, requests: Requests) -> Router:
    """The routes of /v1/encounters."""
    router = Router(prefix="/v1/encounters", tags=["encounters"])
    _add_life(router, commands, requests)
    _add_bill(router, commands, requests)
    return router


def _add_life(router: Router, commands: EncounterCommands, requests: Requests) -> None:
    @router.post("", status_code=201)
    async def admit(caller: Hospital, command: Sent[AdmitBody], key: IdempotencyKey) -> Json[Admitted]:
        """Admit a person, or register a visit. The answer says whether a deposit may be asked, and by which clause."""
        told = msgspec.structs.asdict(command)
        numbers = Numbers(**{name: told.pop(name) for name in ("inpatient_number", "operator", "message_id")})
        arriving = Arriving(**told, numbers=numbers)
        return answered(await commands.admit(requests.by(caller, key), hospital_of(caller), arriving, admitted_text))

    @router.post("/{encounter_id}/referral")
    async def refer(
        encounter_id: str, caller: Hospital, command: Sent[ReferBody], key: IdempotencyKey
    ) -> Json[Referred]:
        """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""
        context, named = requests.by(caller, key), text(Referred(encounter_id, command.referral_id))
        return answered(
            await commands.refer(context, hospital_of(caller), encounter_id, command.referral_id, lambda _events: named)
        )

    @router.post("/{encounter_id}/cancellation")
    async def cancel(
        encounter_id: str, caller: Hospital, command: Sent[RevokeBody], key: IdempotencyKey
    ) -> Json[Cancelled]:
        """Take back an admission that was an error, before it is settled; its referral is free again."""
        context, gone = requests.by(caller, key), text(Cancelled(encounter_id))
        taken_back = Cancel(command.reason, context.now)
        return answered(await commands.cancel(context, hospital_of(caller), encounter_id, taken_back, lambda _e: gone))

    @router.post("/{encounter_id}/discharge")
    async def discharge(
        encounter_id: str, caller: Hospital, command: Sent[DischargeBody], key: IdempotencyKey
    ) -> Json[Discharged]:
        """End a stay. Fees may still be uploaded until it is settled."""
        context, ended = requests.by(caller, key), text(Discharged(encounter_id, command.discharged_on))
        end = Discharge(today=context.today, **msgspec.structs.asdict(command))
        return answered(
            await commands.discharge(context, hospital_of(caller), encounter_id, end, lambda _events: ended)
        )


def _add_bill(router: Router, commands: EncounterCommands, requests: Requests) -> None:
    @router.post("/{encounter_id}/pre-settlement", dependencies=[keyless("it writes nothing")])
    async def pre_settle(encounter_id: str, caller: Hospital, command: Sent[SettleBody]) -> Json[ForecastAnswer]:
        """What settling now would come to, with what would be left of the year, also in words. Nothing is written.

        A stay that has not ended is taken to end today (``provisional_until``).
        """
        forecast = await commands.pre_settle(hospital_of(caller), encounter_id, _presented(command), requests.clock())
        return answer(forecast_answer(*forecast))

    @router.post("/{encounter_id}/settlement", status_code=201)
    async def settle(
        encounter_id: str, caller: Hospital, command: Sent[SettleBody], key: IdempotencyKey
    ) -> Json[SettlementAnswer]:
        """Settle the bill: who pays which fen, by which clause. Durable when answered."""
        context = requests.by(caller, key)
        return answered(
            await commands.settle(context, hospital_of(caller), encounter_id, _presented(command), settled_text)
        )


def admitted_text(events: Sequence[EncounterEvent]) -> str:
    """The answer at the door, from what was decided there or corrected since."""
    first = events[0]
    event = first.admission if isinstance(first, AdmissionCorrected) else first
    assert isinstance(event, EncounterAdmitted)
    return text(Admitted(event.encounter_id, event.deposit_required, event.category, event.clause, event.notices))


def _presented(command: SettleBody) -> Presented:
    given_fen = {payer: int(amount) for payer, amount in command.payers_fen.items()}
    numbers = Numbers(
        settlement_number=command.settlement_number,
        invoice_number=command.invoice_number,
        operator=command.operator,
        message_id=command.message_id,
    )
    return Presented(given_fen, _optional(command.total_fen), _optional(command.patient_prepaid_fen), numbers)


def _optional(amount: Yuan | None) -> int | None:
    return None if amount is None else int(amount)
