"""The encounter: from admission to settlement, and back where a settlement is revoked."""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict
from law import Adjudication, Claim, most_favourable
from law.packs import Policy
from settlement.encounters.domain import commands, events, refusals
from settlement.encounters.domain.bill_lines import check_voidable, new_lines
from settlement.encounters.domain.claim import claim_of, provisional_end
from settlement.encounters.domain.commands import Command
from settlement.encounters.domain.corrections import correct, ended
from settlement.encounters.domain.door import admission_of
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.fees import LINES_MAX, sums_of
from settlement.encounters.domain.payees import check_paid
from settlement.encounters.domain.settled import decide_later
from settlement.encounters.domain.state import Cancelled, Open, Settled, State, Unknown, evolve
from settlement.institutions.domain import reach_of
from settlement.policies.domain import Considered


def decide(command: Command, state: State) -> Sequence[EncounterEvent]:
    """What a command brings about; raises Refused."""
    match command:
        case commands.Admit():
            return _admit(command)
        case commands.UploadFees() | commands.VoidFees():
            return _change_fees(command, state)
        case commands.Refer():
            # Also for a stay that is settled, such as an emergency's that went home before the referral was filed.
            opened = state.before if isinstance(state, Settled) else _open(state, "name a referral for")
            return _refer(command, opened)
        case (
            commands.Discharge()
            | commands.Cancel()
            | commands.CorrectAdmission()
            | commands.CorrectDischarge()
            | commands.UndoDischarge()
        ):
            return _change(command, state)
        case commands.Settle():
            return _settle(command, _open(state, "settle"))
        case (
            commands.ApproveException()
            | commands.FindCause()
            | commands.TellAmount()
            | commands.Supplement()
            | commands.Revoke()
        ):
            return decide_later(command, state)
        case _:
            assert_never(command)


def _open(state: State, command: str) -> Open:
    match state:
        case Open():
            return state
        case Settled():
            # An encounter has one settlement at a time (DOMAIN B9.5).
            encounter_id, settlement_id = state.settlement.encounter_id, state.settlement.settlement_id
            raise conflict(
                "ALREADY_SETTLED",
                f"encounter {encounter_id} is settled by {settlement_id}; revoke that one before settling again",
                encounter=encounter_id,
                settlement=settlement_id,
            )
        case Cancelled():
            raise refusals.cancelled(state.before.admission.encounter_id)
        case Unknown():
            raise Refused("ENCOUNTER_UNKNOWN", f"cannot {command} an encounter that was never admitted")
        case _:
            assert_never(state)


def _admit(command: commands.Admit) -> Sequence[EncounterEvent]:
    admitted = admission_of(command)
    if admitted.kind == "inpatient":
        return (admitted,)
    return (
        admitted,
        events.EncounterDischarged(encounter_id=command.encounter_id, discharged_on=admitted.admitted_on),
    )


def _change(command: commands.Discharge | commands.Cancel | commands.Correct, state: State) -> Sequence[EncounterEvent]:
    if isinstance(command, commands.Correct):
        return correct(command, _open(state, "correct"))
    if isinstance(command, commands.Cancel):
        return _cancel(command, _open(state, "cancel"))
    return _discharge(command, _open(state, "discharge"))


def _cancel(command: commands.Cancel, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    return (
        events.EncounterCancelled(
            encounter_id=admission.encounter_id,
            person_id=admission.person_id,
            hospital_id=admission.hospital_id,
            reason=command.reason,
            cancelled_at=command.now,
            referral_id=admission.referral_id,
        ),
    )


def _refer(command: commands.Refer, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    if admission.referral_id == command.referral_id:
        return ()
    if admission.referral_id is not None:
        detail = f"encounter {admission.encounter_id} rests on referral {admission.referral_id} already"
        about = {"encounter": admission.encounter_id, "referral": admission.referral_id}
        raise conflict("ENCOUNTER_REFERRED", detail, **about)
    number = command.admission_number
    named = msgspec.structs.replace(admission, referral_id=command.referral_id, admission_number=number)
    return (events.EncounterReferred(named),)


def _change_fees(command: commands.UploadFees | commands.VoidFees, state: State) -> Sequence[EncounterEvent]:
    if isinstance(command, commands.UploadFees):
        opened = _open(state, "upload fees for")
        lines = new_lines(command.lines, command.on_bill, command.today)
        added = sums_of(lines)
        if opened.fees.lines + added.lines > LINES_MAX:
            raise Refused("TOO_MANY_FEE_LINES", f"a bill has at most {LINES_MAX} lines; this one would have more")
        uploaded = events.FeeLinesUploaded(opened.admission.encounter_id, opened.next_batch, lines, added)
        return (uploaded,) if lines else ()
    opened = _open(state, "void fees of")
    sums = opened.batches.get(command.batch)
    if sums is None:
        known = ", ".join(map(str, opened.batches)) or "none"
        raise Refused("FEE_BATCH_UNKNOWN", f"there is no fee batch {command.batch} on the bill; there are: {known}")
    check_voidable(command.batch, command.on_bill)
    return (events.FeeBatchVoided(opened.admission.encounter_id, command.batch, sums),)


def _discharge(command: commands.Discharge, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    inpatient, dead = admission.kind == "inpatient", command.deceased_on
    # Who died before the day that was said gets the right one; any other day stands.
    impossible = state.discharge is not None and dead is not None and dead < state.discharge.discharged_on
    if state.discharge is not None and inpatient and not impossible:
        raise refusals.not_in_state(admission.encounter_id, "discharged", "admitted", "discharge")
    return (ended(command, admission),)


class Bill(NamedTuple):
    """A bill as it comes out: the claim, the policy that is better for the patient, who pays what."""

    claim: Claim
    policy: Policy
    adjudication: Adjudication


def forecast(command: commands.Settle, state: State) -> Bill:
    """What settling would come to, for a stay that goes on as if it ended today; raises Refused."""
    opened = _open(state, "settle")
    if opened.discharge is None:
        day = provisional_end(command.now, command.who.deceased_on)
        end = events.EncounterDischarged(encounter_id=opened.admission.encounter_id, discharged_on=day)
        opened = msgspec.structs.replace(opened, discharge=end)
    return _bill(command, opened)


def _bill(command: commands.Settle, state: Open) -> Bill:
    claim = claim_of(command, state)
    balances = command.benefit_year.balances_fen
    return Bill(claim, *most_favourable(claim, command.who.standing, balances, command.policies))


def _settle(command: commands.Settle, state: Open) -> Sequence[EncounterEvent]:
    claim, policy, adjudication = _bill(command, state)
    year, policies, numbers = command.benefit_year, command.policies, command.presented.numbers
    assert year.year == claim.discharged_on.year, "the year of a bill is that of its discharge (AMB-X3)"
    admission, presented = state.admission, command.presented
    if admission.route == "AGENCY":
        check_paid(adjudication, presented.patient_prepaid_fen, presented.deducted)
    return (
        events.SettlementConfirmed(
            settlement_id=command.settlement_id,
            encounter_id=admission.encounter_id,
            person_id=admission.person_id,
            hospital_id=admission.hospital_id,
            county=command.county,
            area=admission.area,
            year=year.year,
            settled_at=command.now,
            claim=claim,
            standing=command.who.standing,
            adjudication=adjudication,
            policy_digest=policy.pack.digest,
            benefit_year_version=year.version + 1,
            previous_settlement=year.latest_settlement,
            referral_id=admission.referral_id,
            configured=policy.configured,
            considered=tuple(Considered(p.pack.digest, p.configured) for p in policies) if len(policies) > 1 else (),
            identity_revision=command.who.identity_revision,
            counted_for=None if year.person_id == admission.person_id else year.person_id,
            referral_revision=command.referral.revision if command.referral else None,
            settlement_number=numbers.settlement_number,
            invoice_number=numbers.invoice_number,
            operator=numbers.operator,
            message_id=numbers.message_id,
            route=admission.route,
            deducted=presented.deducted,
            refund_to_patient_fen=adjudication.refund_to_patient_fen,
            stay=_stay_told(command, admission) if command.tells.stays else None,
        ),
    )


def _stay_told(command: commands.Settle, admission: events.EncounterAdmitted) -> events.StayTold:
    reach = reach_of(command.county, command.institution.division) if command.tells.cases else None
    return events.StayTold(admission.disease, next(iter(admission.diagnoses), None), reach)


DECIDER: Decider[Command, State, EncounterEvent] = Decider(Unknown(), decide, evolve)
