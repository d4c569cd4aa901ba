"""The claim that a bill makes: what was uploaded and presented, where, for how long, and what it rests on."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.values.china_time import china_date
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused
from law import Claim
from law.certificate import Certificate, certificate_for
from settlement.encounters.domain import commands, events, refusals
from settlement.encounters.domain.found_cause import as_found
from settlement.encounters.domain.state import Open
from settlement.encounters.domain.told_amounts import given_by_all
from settlement.institutions.domain import locality

#: The kind of visit that rests on a certification.
CERTIFIED_KIND: Final = "chronic_outpatient"


def _billable(command: commands.Settle, state: Open) -> events.EncounterDischarged:
    """The discharge of a stay whose bill can be settled; raises Refused."""
    admission, discharge, fees = state.admission, state.discharge, state.fees
    presented = command.presented
    if discharge is None:
        raise refusals.not_in_state(admission.encounter_id, "admitted", "discharged", "settle")
    dead = command.who.deceased_on
    if dead is not None and dead < discharge.discharged_on:
        raise refusals.deceased("bill", discharge.discharged_on, dead)
    late = next((b.last_on for b in state.batches.values() if b.last_on and b.last_on > discharge.discharged_on), None)
    if late is not None:
        raise Refused(
            "FEE_LINE_AFTER_DISCHARGE",
            f"the bill has lines of {late}, after the discharge on {discharge.discharged_on}; correct the one or the "
            "other",
            about={"encounter": admission.encounter_id, "day": late.isoformat()},
        )
    if fees.lines == 0:
        raise Refused("NO_FEES", f"encounter {admission.encounter_id} has no fee lines; upload them first")
    if presented.stated_total_fen is not None and presented.stated_total_fen != fees.total_fen:
        stated, uploaded = yuan_from_fen(presented.stated_total_fen), yuan_from_fen(fees.total_fen)
        raise Refused(
            "TOTAL_MISMATCH",
            f"the hospital states a total of {stated} yuan, but the uploaded lines come to {uploaded} yuan; upload "
            "what is missing or void what is wrong",
            about={"encounter": admission.encounter_id, "stated": stated, "uploaded": uploaded},
        )
    return discharge


def provisional_end(now: datetime, deceased_on: date | None) -> date:
    """The day on which a stay that goes on would end: today, or the day of the person's death."""
    today = china_date(now)
    return today if deceased_on is None else min(today, deceased_on)


def claim_of(command: commands.Settle, state: Open) -> Claim:
    """The claim that a settlement would be decided on; raises Refused before discharge and for another total."""
    fees, found = state.fees, state.found
    if found is not None:
        # What the lines keep away from aid may have changed since; they are not fixed before settlement.
        lines = {"lines_excluded_fen": fees.excluded_fen, "lines_excluded_compliant_fen": fees.excluded_compliant_fen}
        found = msgspec.structs.replace(found, **lines)
    return as_found(_claim_as_said(command, state), found)


def _claim_as_said(command: commands.Settle, state: Open) -> Claim:
    admission, fees = state.admission, state.fees
    presented, institution, referral = command.presented, command.institution, command.referral
    discharge = _billable(command, state)
    return Claim(
        kind=admission.kind,
        admitted_on=admission.admitted_on,
        discharged_on=discharge.discharged_on,
        place=locality(command.county, institution.division),
        level=institution.level,
        total_fen=fees.total_fen,
        compliant_fen=fees.compliant_fen,
        out_of_catalogue_fen=fees.out_of_catalogue_fen,
        given_fen=given_by_all(presented.given_fen, state, command.policies),
        excluded_fen=fees.excluded_fen,
        excluded_compliant_fen=fees.excluded_compliant_fen,
        designated=institution.designated_on(discharge.discharged_on),
        designated_at_admission=institution.designated_on(admission.admitted_on),
        in_hospital_since=admission.in_hospital_since,
        valid_invoice=discharge.valid_invoice,
        cause=discharge.cause,
        mental_disorder=discharge.mental_disorder,
        referral_approved_on=referral.standing_approval if referral else None,
        referral_entered_on=referral.approval_entered_on if referral and referral.standing_approval else None,
        emergency=referral is not None and referral.filed_for(admission.admitted_on),
        exception_approved_by=state.exception_approved_by,
        major_disease=discharge.major_disease or admission.major_disease,
        designated_for_major=institution.designated_for(admission.disease),
        patient_prepaid_fen=presented.patient_prepaid_fen,
        certificate=_certificate(command, admission, discharge),
    )


def _certificate(
    command: commands.Settle, admission: events.EncounterAdmitted, discharge: events.EncounterDischarged
) -> Certificate | None:
    """What a chronic visit rests on; a stay rests on none."""
    if admission.kind != CERTIFIED_KIND:
        return None
    return certificate_for(command.who.certificates, admission.disease, discharge.discharged_on)
