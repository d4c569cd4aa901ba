"""The specification of corrections: what differs becomes an event, what is so already does not."""

from datetime import date

import msgspec

from identity.persons.domain.corrections import (
    DECIDER,
    CorrectDeath,
    CorrectIdNumber,
    CorrectPersonalData,
    DataCorrectionReason,
    DeathCorrected,
    DeathCorrectionReason,
    IdNumberCorrected,
    PersonalDataCorrected,
    PersonalRecord,
)
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.person import DeathRecorded, PersonRegistered, SealedPersonalData
from kernel.testing.specification import given

TODAY, BORN = date(2019, 8, 1), date(1950, 3, 7)
SEALED = SealedPersonalData(id_number="AQ==", name="Ag==")
RECORD = PersonalRecord("t2", SEALED, "civil-affairs")
NEW = Entitlement(person_id="p1", revision=1, county="445201")
REGISTERED = PersonRegistered("t1", SEALED, "civil-affairs", NEW)
DIED = DeathRecorded("civil-affairs", msgspec.structs.replace(NEW, revision=2, deceased_on=date(2019, 7, 1)))
WRONG = DataCorrectionReason.ENTERED_WRONGLY


def test_data_that_differ_are_written_anew() -> None:
    corrected = PersonalDataCorrected(RECORD, ("name",), WRONG, "agency", msgspec.structs.replace(NEW, revision=2))
    given(DECIDER, [REGISTERED]).when(CorrectPersonalData(RECORD, ("name",), WRONG, "agency")).then(corrected)
    given(DECIDER, [REGISTERED]).when(CorrectPersonalData(RECORD, (), WRONG, "agency")).then_nothing()
    given(DECIDER).when(CorrectPersonalData(RECORD, ("name",), WRONG, "agency")).then_refused("PERSON_UNKNOWN")


def test_a_number_is_replaced_and_the_former_one_named() -> None:
    corrected = IdNumberCorrected(RECORD, "t1", WRONG, "agency", msgspec.structs.replace(NEW, revision=2))
    given(DECIDER, [REGISTERED]).when(CorrectIdNumber(RECORD, "t1", BORN, WRONG, "agency")).then(corrected)
    given(DECIDER, [REGISTERED]).when(CorrectIdNumber(RECORD, "t2", BORN, WRONG, "agency")).then_nothing()
    later = CorrectIdNumber(RECORD, "t1", date(2019, 7, 2), WRONG, "agency")
    given(DECIDER, [REGISTERED, DIED]).when(later).then_refused("BEFORE_BIRTH")


def test_a_death_is_moved_or_taken_back_once() -> None:
    def correct(died_on: date | None, reason: DeathCorrectionReason) -> CorrectDeath:
        return CorrectDeath(
            died_on=died_on, reason=reason, evidence="paper", corrected_by="agency", born_on=BORN, today=TODAY
        )

    moved = correct(date(2019, 7, 2), DeathCorrectionReason.DATE_WRONG)
    after = msgspec.structs.replace(NEW, revision=3, deceased_on=date(2019, 7, 2))
    event = DeathCorrected(date(2019, 7, 1), DeathCorrectionReason.DATE_WRONG, "paper", "agency", after)
    given(DECIDER, [REGISTERED, DIED]).when(moved).then(event)
    given(DECIDER, [REGISTERED, DIED, event]).when(moved).then_nothing()
    alive = correct(None, DeathCorrectionReason.NOT_DEAD)
    taken_back = given(DECIDER, [REGISTERED, DIED]).when(alive)
    assert taken_back.state == msgspec.structs.replace(NEW, revision=3)
    given(DECIDER, [REGISTERED]).when(alive).then_refused("DEATH_UNKNOWN")


def test_a_record_that_was_merged_or_annulled_is_corrected_no_more() -> None:
    merged = PersonRegistered("t1", SEALED, "x", msgspec.structs.replace(NEW, merged_into="p2"))
    correction = CorrectPersonalData(RECORD, ("name",), WRONG, "agency")
    refused = given(DECIDER, [merged]).when(correction).then_refused("PERSON_MERGED")
    assert refused.about == {"person_id": "p2"}
    annulled = PersonRegistered("t1", SEALED, "x", msgspec.structs.replace(NEW, annulled=True))
    given(DECIDER, [annulled]).when(correction).then_refused("PERSON_ANNULLED")
