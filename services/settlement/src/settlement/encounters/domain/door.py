"""The door: what is said of somebody who comes, when it is said first and when it is corrected."""

from datetime import date

from kernel.values.divisions import pooling_area
from kernel.values.refusals import Refused
from settlement.encounters.domain.commands import Admit
from settlement.encounters.domain.entitlement import best_terms, check_disease, check_offered
from settlement.encounters.domain.events import EncounterAdmitted
from settlement.encounters.domain.notices import notices_of
from settlement.encounters.domain.stays import check_alone, in_hospital_since


def admission_of(command: Admit, ended_on: date | None = None) -> EncounterAdmitted:
    """The admission, with the terms that hold for it; ``ended_on`` is the end of a stay that is over already.

    Raises Refused DATE_IN_FUTURE, CARE_NOT_OFFERED, DISEASE_NOT_LISTED, STAY_OVERLAPS or HANDBOOK_FOREIGN.
    """
    arrival = command.arrival
    if arrival.on > command.today:
        raise Refused("DATE_IN_FUTURE", f"admission on {arrival.on} has not come yet; today is {command.today}")
    check_offered(arrival)
    check_disease(command.policies, arrival)
    inpatient = arrival.kind == "inpatient"
    if inpatient:
        check_alone(arrival.on, ended_on, command.others)
    terms = best_terms(command.standing, command.policies, arrival)
    return EncounterAdmitted(
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
        admission_number=command.admission_number,
        in_hospital_since=in_hospital_since(arrival.on, command.others) if inpatient else None,
        notices=notices_of(command.standing, command.policies, arrival.institution, arrival.on),
        inpatient_number=command.numbers.inpatient_number,
        operator=command.numbers.operator,
        message_id=command.numbers.message_id,
        diagnoses=command.diagnoses,
        route=command.route,
    )
