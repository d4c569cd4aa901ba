"""Certifiers: the institutions that may certify chronic diseases, and by which doctors (003 三(八))."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec

from identity.persons.domain.certification import Title
from identity.persons.domain.membership import dates_out_of_order
from kernel.values.decider import Decider
from law.packs.rules import Certification as Rule


class Certifier(msgspec.Struct, frozen=True):
    """An institution's grade (1, 2 or 3, 医院等级) and the days on which it may certify; ``until`` is the last one."""

    hospital_id: str
    name: str
    grade: int
    since: date
    until: date | None = None

    def certifies_on(self, day: date) -> bool:
        """Whether it is registered on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


def may_certify(
    rule: Rule,
    *,
    hospital_grade: int,
    titles: Sequence[Title],
    same_specialty: bool,
    disease_listed: bool,
) -> bool:
    """A hospital of level two or higher, two doctors of that specialty, each attending or above (003 三(八)).

    ``titles`` has one entry for each different doctor. Doctors below the title do not count, and do not help.
    """
    least = Title[rule.title_min.upper()]
    enough = sum(title >= least for title in titles) >= rule.doctors_min
    return disease_listed and same_specialty and enough and hospital_grade >= rule.hospital_grade_min


class CertifierRegistered(msgspec.Struct, frozen=True):
    """The agency's entry from now on; replaces what was there."""

    certifier: Certifier


State: TypeAlias = Certifier | None


def decide(certifier: Certifier, _state: State) -> Sequence[CertifierRegistered]:
    """Accept an entry; raises Refused DATES_OUT_OF_ORDER."""
    if certifier.until is not None and certifier.until < certifier.since:
        raise dates_out_of_order("until", certifier.until, "since", certifier.since)
    return [CertifierRegistered(certifier)]


def evolve(_state: State, event: CertifierRegistered) -> State:
    """The entry after an event."""
    return event.certifier


DECIDER: Final[Decider[Certifier, State, CertifierRegistered]] = Decider(None, decide, evolve)
