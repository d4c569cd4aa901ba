"""Refusals about a person that more than one decision, or a handler, may come to."""

from kernel.values.refusals import Refused, conflict


def id_number_former(person_id: str) -> Refused:
    """The refusal to register somebody under a number that a known person had before, unless they are another."""
    known = f"person {person_id} was known by this number before"
    detail = f"{known}: use that record, or say that this is another_person"
    return conflict("ID_NUMBER_FORMER", detail, person_id=person_id)


def person_erased() -> Refused:
    """The refusal to write personal data of somebody who was forgotten."""
    return conflict("PERSON_ERASED", "this person's data were erased and cannot be written again")


def person_merged(surviving_id: str) -> Refused:
    """The refusal of what should be asked of the surviving record."""
    detail = f"this record was merged into {surviving_id}: use that one"
    return conflict("PERSON_MERGED", detail, person_id=surviving_id)


def person_annulled() -> Refused:
    """The refusal of what would rest on a registration made by error."""
    return conflict("PERSON_ANNULLED", "this registration was made by error and annulled")
