"""A person's standing: memberships, enrolments and certifications that held on a day, as known at a moment."""

from datetime import date

import msgspec

from identity.persons.domain.certification import Certification
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from kernel.values.refusals import not_found
from onestop.as_of.moment import Moment, known_events
from onestop.picture import picture


class PersonThen(msgspec.Struct, frozen=True, kw_only=True):
    """What was known of a person. After a death that was known then no membership and no certification holds; an
    enrolment is of its whole year.
    """

    person_id: str
    revision: int
    county: str
    deceased_on: date | None
    merged_into: str | None
    memberships: tuple[Membership, ...]
    enrolments: tuple[Enrolment, ...]
    certifications: tuple[Certification, ...]


async def person_then(url: str, person_id: str, at: Moment) -> PersonThen:
    """Fold the person's stream; raises Refused PERSON_UNKNOWN_THEN.

    Enrolments are those of the day's year. Of certifications all are given that were known: each says its own days.
    """
    async with picture(url) as services:
        events = await known_events(services, "identity", f"person/{person_id}", at.known_at)
    standings = [found for one in events if isinstance(found := getattr(one.event, "entitlement", None), Entitlement)]
    if not standings:
        raise not_found("PERSON_UNKNOWN_THEN", f"nothing was known of person {person_id} at {at.known_at}")
    known = max(standings, key=lambda standing: standing.revision)
    alive = known.deceased_on is None or at.on <= known.deceased_on
    return PersonThen(
        person_id=person_id,
        revision=known.revision,
        county=known.county,
        deceased_on=known.deceased_on,
        merged_into=known.merged_into,
        memberships=tuple(m for m in known.memberships if alive and _holds(m, at.on)),
        enrolments=tuple(e for e in known.enrolments if e.year == at.on.year),
        certifications=known.certifications if alive else (),
    )


def _holds(membership: Membership, on: date) -> bool:
    return membership.valid_from <= on and (membership.valid_to is None or on <= membership.valid_to)
