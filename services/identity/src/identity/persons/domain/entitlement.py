"""Entitlement: all that is known of what a person may claim, as it stands after a change."""

from datetime import date

import msgspec

from identity.persons.domain.certification import Certification
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.membership import Membership, check_no_overlap
from identity.persons.domain.refusals import person_annulled, person_merged
from kernel.values.refusals import not_found


class Entitlement(msgspec.Struct, frozen=True, kw_only=True):
    """The whole standing of a person. Every event carries the one it leads to, so that no reader must add up.

    ``revision`` grows by one with each change. Memberships of different departments stand side by side, in the
    order in which they were asserted; which of them counts is for each policy to derive, never decided here.
    """

    person_id: str
    revision: int
    county: str
    memberships: tuple[Membership, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    deceased_on: date | None = None
    certifications: tuple[Certification, ...] = ()
    #: The record that stands for this person now, where two were merged.
    merged_into: str | None = None
    annulled: bool = False
    #: The person's key was destroyed; what was said of them stays, without a name.
    erased: bool = False
    #: The year of birth, where it is told to others: the day is eight digits of the ID number, and is not.
    born_in: int | None = None

    def check_stands(self) -> None:
        """Refuse a change of a record that does not stand for a person any more: PERSON_MERGED, PERSON_ANNULLED."""
        self.check_not_merged()
        if self.annulled:
            raise person_annulled()

    def check_not_merged(self) -> None:
        """Refuse what should be asked of the surviving record: PERSON_MERGED."""
        if self.merged_into is not None:
            raise person_merged(self.merged_into)

    def membership(self, membership_id: str) -> Membership:
        """The membership of this id; raises Refused MEMBERSHIP_UNKNOWN."""
        for membership in self.memberships:
            if membership.membership_id == membership_id:
                return membership
        detail = f"this person has no membership {membership_id}"
        raise not_found("MEMBERSHIP_UNKNOWN", detail, membership_id=membership_id)

    def enrolment(self, key: tuple[str, int, str]) -> Enrolment | None:
        """The enrolment of this area, year and scheme."""
        return next((enrolment for enrolment in self.enrolments if enrolment.key == key), None)

    def with_membership(self, membership: Membership) -> "Entitlement":
        """With this membership added, or in place of the one of the same id. Raises MEMBERSHIP_OVERLAPS."""
        check_no_overlap(membership, self.memberships)
        known = {held.membership_id: held for held in self.memberships}
        known[membership.membership_id] = membership
        return self._changed(memberships=tuple(known.values()))

    def without_membership(self, membership_id: str) -> "Entitlement":
        """Without a membership that was said by error."""
        return self._changed(memberships=tuple(m for m in self.memberships if m.membership_id != membership_id))

    def with_enrolment(self, enrolment: Enrolment) -> "Entitlement":
        """With this enrolment added, or in place of the one of the same area, year and scheme."""
        known = {held.key: held for held in self.enrolments}
        known[enrolment.key] = enrolment
        return self._changed(enrolments=tuple(known.values()))

    def with_death(self, died_on: date | None) -> "Entitlement":
        """With the day of death, or without.

        Memberships stay as their departments said them: nothing holds after death, and nothing must be mended where
        somebody turns out to be alive.
        """
        return self._changed(deceased_on=died_on)

    def moved_to(self, county: str) -> "Entitlement":
        """In another county; what departments say goes on."""
        return self._changed(county=county)

    def corrected(self) -> "Entitlement":
        """One revision later, after a change of what is not told to others."""
        return self._changed()

    def numbered(self, born_on: date) -> "Entitlement":
        """With another ID number, which says another day of birth."""
        return self._changed(born_in=None if self.born_in is None else born_on.year)

    def _changed(self, **parts: object) -> "Entitlement":
        self.check_stands()
        return msgspec.structs.replace(self, revision=self.revision + 1, **parts)
