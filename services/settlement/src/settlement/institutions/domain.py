"""Institutions: their level, place, and the days on which their contract holds; where care is for whom."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from kernel.values.decider import Decider
from kernel.values.divisions import is_local
from kernel.values.refusals import Refused, not_found


class Institution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An institution as the agency has it in its registry.

    ``majors``: designated for major diseases (002 三(二)): for those in ``major_diseases``, or for all where
    it names none. ``kind``: hospitals take patients in; clinics and pharmacies (定点药店) are visited.
    ``settled_through``: the township health centre (乡镇卫生院) with which a clinic without a network settles what it
    wrote down (003 四(十)); None for one that settles at once.
    """

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None = None
    majors: bool = False
    major_diseases: tuple[str, ...] = ()
    kind: Literal["hospital", "village_clinic", "pharmacy"] = "hospital"
    settled_through: str | None = None

    def designated_on(self, day: date) -> bool:
        """Whether its contract holds on a day (协议定点)."""
        return self.contract_from <= day and (self.contract_to is None or day <= self.contract_to)

    def designated_for(self, disease: str | None) -> bool:
        """Whether it is a designated hospital for a major disease; None is one that was not named."""
        return self.majors and (not self.major_diseases or disease in self.major_diseases)


class InstitutionContracted(Institution, frozen=True, kw_only=True, omit_defaults=True):
    """An institution as the agency has it in its registry from now on; replaces what was there."""


def contract(entry: Institution) -> InstitutionContracted:
    """Accept a registry entry; refused where the contract ends before it begins."""
    if entry.contract_to is not None and entry.contract_to < entry.contract_from:
        ends, begins = entry.contract_to, entry.contract_from
        detail = f"the contract of {entry.hospital_id} ends on {ends}, before it begins on {begins}"
        raise Refused("DATES_OUT_OF_ORDER", detail)
    if entry.major_diseases and not entry.majors:
        raise Refused("MAJOR_DISEASES_MISPLACED", f"{entry.hospital_id} is not designated for any major disease")
    if entry.settled_through is not None and entry.kind != "village_clinic":
        detail = f"{entry.hospital_id} is no village clinic; only those on paper settle through a health centre"
        raise Refused("SETTLED_THROUGH_MISPLACED", detail)
    return InstitutionContracted(**msgspec.structs.asdict(entry))


def _decide(command: Institution, _state: Institution | None) -> Sequence[InstitutionContracted]:
    return (contract(command),)


DECIDER: Decider[Institution, Institution | None, InstitutionContracted] = Decider(
    None, _decide, lambda _before, event: event
)


def hospital_unknown(hospital_id: str) -> Refused:
    """The registry of institutions has no such hospital."""
    detail = f"hospital {hospital_id} is not in the registry of institutions; the agency must register it"
    return not_found("HOSPITAL_UNKNOWN", detail, hospital=hospital_id)


#: Municipalities are their own city and province (直辖市).
_MUNICIPALITIES: Final = ("11", "12", "31", "50")


def reach_of(county: str, institution_division: str) -> str:
    """How far an institution is from a person's county: in its city, in another one of the province, or beyond it
    (004 二 市域内、省内和跨省)."""
    if institution_division[:2] != county[:2]:
        return "other_province"
    same_city = institution_division[:4] == county[:4] or county[:2] in _MUNICIPALITIES
    return "in_city" if same_city else "other_city"


def locality(county: str, institution_division: str) -> str:
    """``in_county`` where the institution lies in the person's county; for somebody of the city itself, in its city."""
    return "in_county" if is_local(institution_division, county) else "out_county"
