"""The encounter: from admission to settlement, and back where a settlement is revoked."""

from collections.abc import Sequence
from typing import Final, NamedTuple, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict
from law import Adjudication, Claim, most_favourable
from law.certificate import Certificate, certificate_for
from law.packs import Policy
from settlement.encounters.domain import commands, events, refusals
from settlement.encounters.domain.commands import Command
from settlement.encounters.domain.entitlement import best_terms, check_disease
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.fees import LINES_MAX, sums_of
from settlement.encounters.domain.settled import decide_later
from settlement.encounters.domain.state import Open, Settled, State, Unknown, evolve
from settlement.institutions.domain import locality, pooling_area
from settlement.policies.domain import Considered

#: The kind of visit that rests on a certification.
CERTIFIED_KIND: Final = "chronic_outpatient"


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
        case commands.Discharge():
            return _discharge(command, _open(state, "discharge"))
        case commands.Settle():
            return _settle(command, _open(state, "settle"))
        case commands.ApproveException() | commands.Supplement() | commands.Revoke():
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
        case Unknown():
            raise Refused("ENCOUNTER_UNKNOWN", f"cannot {command} an encounter that was never admitted")
        case _:
            assert_never(state)


def _admit(command: commands.Admit) -> Sequence[EncounterEvent]:
    arrival = command.arrival
    if arrival.on > command.today:
        raise Refused("DATE_IN_FUTURE", f"admission on {arrival.on} has not come yet; today is {command.today}")
    check_disease(command.policies, arrival)
    terms = best_terms(command.standing, command.policies, arrival)
    admitted = events.EncounterAdmitted(
        encounter_id=command.encounter_id,
        person_id=command.person_id,
        hospital_id=arrival.institution.hospital_id,
        kind=arrival.kind,
        admitted_on=arrival.on,
        county=command.county,
        area=pooling_area(command.county),
        deposit_required=terms.deposit_required,
        category=terms.category,
        clause=terms.clause,
        referral_id=command.referral_id,
        disease=arrival.disease,
        major_disease=terms.major_disease,
        handbook=arrival.handbook if terms.on_handbook else None,
    )
    if arrival.kind == "inpatient":
        return (admitted,)
    return (admitted, events.EncounterDischarged(encounter_id=command.encounter_id, discharged_on=arrival.on))


def _refer(command: commands.Refer, state: Open) -> Sequence[EncounterEvent]:
    admission = state.admission
    if admission.referral_id == command.referral_id:
        return ()
    if admission.referral_id is not None:
        detail = f"encounter {admission.encounter_id} rests on referral {admission.referral_id} already"
        about = {"encounter": admission.encounter_id, "referral": admission.referral_id}
        raise conflict("ENCOUNTER_REFERRED", detail, **about)
    return (events.EncounterReferred(msgspec.structs.replace(admission, referral_id=command.referral_id)),)


def _change_fees(command: commands.UploadFees | commands.VoidFees, state: State) -> Sequence[EncounterEvent]:
    if isinstance(command, commands.UploadFees):
        opened, added = _open(state, "upload fees for"), sums_of(command.lines)
        if opened.fees.lines + added.lines > LINES_MAX:
            raise Refused("TOO_MANY_FEE_LINES", f"a bill has at most {LINES_MAX} lines; this one would have more")
        return (events.FeeLinesUploaded(opened.admission.encounter_id, opened.next_batch, command.lines, added),)
    opened = _open(state, "void fees of")
    sums = opened.batches.get(command.batch)
    if sums is None:
        known = ", ".join(map(str, opened.batches)) or "none"
        raise Refused("FEE_BATCH_UNKNOWN", f"there is no fee batch {command.batch} on the bill; there are: {known}")
    return (events.FeeBatchVoided(opened.admission.encounter_id, command.batch, sums),)


def _discharge(command: commands.Discharge, state: Open) -> Sequence[EncounterEvent]:
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
    facts = msgspec.structs.asdict(command)
    del facts["today"]
    return (events.EncounterDischarged(encounter_id=admission.encounter_id, **facts),)


def _claim(command: commands.Settle, state: Open) -> Claim:
    """The claim that a settlement would be decided on; raises Refused before discharge and for another total."""
    admission, discharge, fees = state.admission, state.discharge, state.fees
    presented, institution, referral = command.presented, command.institution, command.referral
    if discharge is None:
        raise refusals.not_in_state(admission.encounter_id, "admitted", "discharged", "settle")
    if fees.lines == 0:
        raise Refused("NO_FEES", f"encounter {admission.encounter_id} has no fee lines; upload them first")
    if presented.stated_total_fen is not None and presented.stated_total_fen != fees.total_fen:
        raise Refused(
            "TOTAL_MISMATCH",
            f"the hospital states a total of {presented.stated_total_fen} fen, but the uploaded lines come to "
            f"{fees.total_fen} fen; upload what is missing or void what is wrong",
            about={"encounter": admission.encounter_id},
        )
    return Claim(
        kind=admission.kind,
        admitted_on=admission.admitted_on,
        discharged_on=discharge.discharged_on,
        place=locality(command.county, institution.division),
        level=institution.level,
        total_fen=fees.total_fen,
        compliant_fen=fees.compliant_fen,
        out_of_catalogue_fen=fees.out_of_catalogue_fen,
        given_fen=presented.given_fen,
        excluded_fen=fees.excluded_fen,
        excluded_compliant_fen=fees.excluded_compliant_fen,
        designated=institution.designated_on(discharge.discharged_on),
        valid_invoice=discharge.valid_invoice,
        cause=discharge.cause,
        mental_disorder=discharge.mental_disorder,
        referral_approved_on=referral.standing_approval if referral else None,
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


class Bill(NamedTuple):
    """A bill as it comes out: the claim, the policy that is better for the patient, who pays what."""

    claim: Claim
    policy: Policy
    adjudication: Adjudication


def forecast(command: commands.Settle, state: State) -> Bill:
    """What settling would come to; raises Refused."""
    return _bill(command, _open(state, "settle"))


def _bill(command: commands.Settle, state: Open) -> Bill:
    claim = _claim(command, state)
    balances = command.benefit_year.balances_fen
    return Bill(claim, *most_favourable(claim, command.who.standing, balances, command.policies))


def _settle(command: commands.Settle, state: Open) -> Sequence[EncounterEvent]:
    claim, policy, adjudication = _bill(command, state)
    year, policies = command.benefit_year, command.policies
    assert year.year == claim.discharged_on.year, "the year of a bill is that of its discharge (AMB-X3)"
    admission = state.admission
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
        ),
    )


DECIDER: Decider[Command, State, EncounterEvent] = Decider(Unknown(), decide, evolve)
