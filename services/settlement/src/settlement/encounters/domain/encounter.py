"""The encounter: from admission to settlement, and back where a settlement is revoked."""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import RefusalKind, Refused
from law import Claim, most_favourable
from law.certificate import Certificate, certificate_for
from settlement.encounters.domain import refusals
from settlement.encounters.domain.commands import (
    Admit,
    ApproveException,
    Command,
    Discharge,
    Refer,
    Revoke,
    Settle,
    Supplement,
    UploadFees,
    VoidFees,
)
from settlement.encounters.domain.entitlement import Arrival, best_terms, check_disease
from settlement.encounters.domain.events import (
    Considered,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterReferred,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
)
from settlement.encounters.domain.fees import LINES_MAX, sums_of
from settlement.encounters.domain.settled import decide_later
from settlement.encounters.domain.state import Open, Settled, State, Unknown, evolve


def decide(command: Command, state: State) -> Sequence[EncounterEvent]:
    """What a command brings about; raises Refused."""
    match command:
        case Admit():
            return _admit(command)
        case UploadFees() | VoidFees():
            return _change_fees(command, state)
        case Refer():
            # Also for a stay that is settled, such as an emergency's that went home before the referral was filed.
            opened = state.before if isinstance(state, Settled) else _open(state, "name a referral for")
            return _refer(command, opened)
        case Discharge():
            return _discharge(command, _open(state, "discharge"))
        case Settle():
            return _settle(command, _open(state, "settle"))
        case ApproveException() | Supplement() | Revoke():
            return decide_later(command, state)
        case _:
            assert_never(command)


def _open(state: State, command: str) -> Open:
    match state:
        case Open():
            return state
        case Settled():
            raise refusals.already_settled(state.settlement.encounter_id, state.settlement.settlement_id)
        case Unknown():
            raise Refused("ENCOUNTER_UNKNOWN", f"cannot {command} an encounter that was never admitted")
        case _:
            assert_never(state)


def _admit(command: Admit) -> Sequence[EncounterEvent]:
    if command.admitted_on > command.today:
        raise Refused(
            "DATE_IN_FUTURE", f"admission on {command.admitted_on} has not come yet; today is {command.today}"
        )
    candidates = (command.policy, *command.rivals)
    arrival = Arrival(
        command.kind, command.place, command.admitted_on, command.institution, command.disease, command.handbook
    )
    check_disease(candidates, arrival)
    terms = best_terms(command.standing, candidates, arrival)
    admitted = EncounterAdmitted(
        command.encounter_id,
        command.person_id,
        command.hospital_id,
        command.kind,
        command.admitted_on,
        command.county,
        command.area,
        terms.deposit_required,
        terms.category,
        terms.clause,
        command.referral_id,
        command.disease,
        terms.major_disease,
        command.handbook if terms.on_handbook else None,
    )
    if command.kind == "inpatient":
        return (admitted,)
    return (admitted, EncounterDischarged(command.encounter_id, command.admitted_on))


def _refer(command: Refer, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    if admission.referral_id == command.referral_id:
        return ()
    if admission.referral_id is not None:
        raise Refused(
            "ENCOUNTER_REFERRED",
            f"encounter {admission.encounter_id} rests on referral {admission.referral_id} already",
            kind=RefusalKind.CONFLICT,
            about={"encounter": admission.encounter_id, "referral": admission.referral_id},
        )
    return (EncounterReferred(msgspec.structs.replace(admission, referral_id=command.referral_id)),)


def _change_fees(command: UploadFees | VoidFees, state: State) -> Sequence[EncounterEvent]:
    if isinstance(command, UploadFees):
        return _upload(command, _open(state, "upload fees for"))
    return _void(command, _open(state, "void fees of"))


def _upload(command: UploadFees, state: Open) -> Sequence[EncounterEvent]:
    sums = sums_of(command.lines)
    if state.fees.lines + sums.lines > LINES_MAX:
        raise Refused("TOO_MANY_FEE_LINES", f"a bill has at most {LINES_MAX} lines; this one would have more")
    return (FeeLinesUploaded(state.admission.encounter_id, state.next_batch, command.lines, sums),)


def _void(command: VoidFees, state: Open) -> Sequence[EncounterEvent]:
    sums = state.batches.get(command.batch)
    if sums is None:
        known = ", ".join(map(str, state.batches)) or "none"
        raise Refused("FEE_BATCH_UNKNOWN", f"there is no fee batch {command.batch} on the bill; there are: {known}")
    return (FeeBatchVoided(state.admission.encounter_id, command.batch, sums),)


def _discharge(command: Discharge, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    if state.discharge is not None and admission.kind == "inpatient":
        raise refusals.not_in_state(admission.encounter_id, "discharged", "admitted", "discharge")
    if command.discharged_on < admission.admitted_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"discharge on {command.discharged_on} is before admission on {admission.admitted_on}",
            about={"encounter": admission.encounter_id},
        )
    if command.discharged_on > command.today:
        raise Refused(
            "DATE_IN_FUTURE", f"discharge on {command.discharged_on} has not come yet; today is {command.today}"
        )
    return (
        EncounterDischarged(
            admission.encounter_id,
            command.discharged_on,
            command.cause,
            command.mental_disorder,
            command.valid_invoice,
            command.major_disease,
        ),
    )


def claim_of(command: Settle, state: Open) -> Claim:
    """The claim that a settlement would be decided on; raises Refused before discharge and for another total."""
    admission, discharge, fees = state.admission, state.discharge, state.fees
    if discharge is None:
        raise refusals.not_in_state(admission.encounter_id, "admitted", "discharged", "settle")
    if fees.lines == 0:
        raise Refused("NO_FEES", f"encounter {admission.encounter_id} has no fee lines; upload them first")
    if command.stated_total_fen is not None and command.stated_total_fen != fees.total_fen:
        raise Refused(
            "TOTAL_MISMATCH",
            f"the hospital states a total of {command.stated_total_fen} fen, but the uploaded lines come to "
            f"{fees.total_fen} fen; upload what is missing or void what is wrong",
            about={"encounter": admission.encounter_id},
        )
    return Claim(
        kind=admission.kind,
        admitted_on=admission.admitted_on,
        discharged_on=discharge.discharged_on,
        place=command.place,
        level=command.institution.level,
        total_fen=fees.total_fen,
        compliant_fen=fees.compliant_fen,
        out_of_catalogue_fen=fees.out_of_catalogue_fen,
        given_fen=command.given_fen,
        excluded_fen=fees.excluded_fen,
        excluded_compliant_fen=fees.excluded_compliant_fen,
        designated=command.institution.designated_on(discharge.discharged_on),
        valid_invoice=discharge.valid_invoice,
        cause=discharge.cause,
        mental_disorder=discharge.mental_disorder,
        referral_approved_on=command.referral_approved_on,
        emergency=command.emergency,
        exception_approved_by=state.exception_approved_by,
        major_disease=discharge.major_disease or admission.major_disease,
        designated_for_major=command.institution.designated_for(admission.disease),
        patient_prepaid_fen=command.patient_prepaid_fen,
        certificate=_certificate(command, admission, discharge),
    )


def _certificate(command: Settle, admission: EncounterAdmitted, discharge: EncounterDischarged) -> Certificate | None:
    """What a chronic visit rests on; a stay rests on none."""
    if admission.kind != "chronic_outpatient":
        return None
    return certificate_for(command.certificates, admission.disease, discharge.discharged_on)


def _settle(command: Settle, state: Open) -> Sequence[EncounterEvent]:
    claim = claim_of(command, state)
    year = command.benefit_year
    assert year.year == claim.discharged_on.year, "the year of a bill is that of its discharge (AMB-X3)"
    candidates = (command.policy, *command.rivals)
    policy, adjudication = most_favourable(claim, command.standing, year.balances_fen, candidates)
    admission = state.admission
    return (
        SettlementConfirmed(
            command.settlement_id,
            admission.encounter_id,
            admission.person_id,
            admission.hospital_id,
            command.county,
            admission.area,
            year.year,
            command.now,
            claim,
            command.standing,
            adjudication,
            policy.pack.digest,
            year.version + 1,
            year.latest_settlement,
            admission.referral_id,
            policy.configured,
            tuple(Considered(c.pack.digest, c.configured) for c in candidates) if command.rivals else (),
            command.identity_revision,
            None if year.person_id == admission.person_id else year.person_id,
        ),
    )


DECIDER: Decider[Command, State, EncounterEvent] = Decider(Unknown(), decide, evolve)
