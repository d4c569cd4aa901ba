"""Doctors who certified what did not hold (003 三(九) 弄虚作假、擅自降低标准): each an incident, of one doctor and one
certification, under the register's kind CERTIFICATION_FRAUD."""

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kernel.values.refusals import conflict, not_found
from operations.breaches.domain.breach import Breach
from operations.breaches.domain.kinds import BreachKind


class How(StrEnum):
    """What the doctor did."""

    FRAUD = "FRAUD"  # 弄虚作假
    STANDARD_LOWERED = "STANDARD_LOWERED"  # 擅自降低标准


_IN_WORDS: Final = {How.FRAUD: "弄虚作假", How.STANDARD_LOWERED: "擅自降低标准"}

# Whoever reads the incident sees that nobody could hold the doctor against the certification.
_UNNAMED: Final = "（认定医师未载明，由登记人认定）"


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """A certification as identity told it; ``cancelled_from`` is None while it holds.

    ``doctors`` are who certified, by licence number: none where it was taken over from the system before, and None
    where it was cancelled before identity told of them.
    """

    certification_id: str
    county: str
    hospital_id: str
    disease: str
    effective_from: date
    cancelled_from: date | None
    doctors: tuple[str, ...] | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a doctor, by licence number, about a certification."""

    doctor_id: str
    how: How
    why: str
    by: str
    today: date


class DoctorLine(msgspec.Struct, frozen=True, kw_only=True):
    """A doctor's incidents that were not withdrawn."""

    doctor_id: str
    incidents: int
    open: int
    first_on: date
    last_on: date


def incident(said: Incident, of: Cancelled | None, breach_id: str) -> Breach:
    """The breach that is opened; raises Refused CERTIFICATION_UNKNOWN, CERTIFICATION_HOLDS, DOCTOR_NOT_CERTIFIER."""
    if of is None:
        raise not_found("CERTIFICATION_UNKNOWN", "identity told of no such certification of this person")
    if of.cancelled_from is None:
        detail = f"certification {of.certification_id} holds; the agency cancels it first (003 三(九) 按程序取消)"
        raise conflict("CERTIFICATION_HOLDS", detail, certification=of.certification_id)
    if of.doctors and said.doctor_id not in of.doctors:
        detail = f"{said.doctor_id} did not certify {of.certification_id}; {', '.join(of.doctors)} did"
        raise conflict("DOCTOR_NOT_CERTIFIER", detail, certification=of.certification_id)
    what = f"{of.hospital_id} {of.effective_from} 认定的{of.disease}自 {of.cancelled_from} 起取消"
    return Breach(
        breach_id=breach_id,
        kind=BreachKind.CERTIFICATION_FRAUD,
        county=of.county,
        party=said.doctor_id,
        about=about_of(of.certification_id, said.doctor_id),
        why=f"{_IN_WORDS[said.how]}：{what}；{said.why}{'' if of.doctors else _UNNAMED}",
        evidence=(of.certification_id,),
        status="OPEN",
        opened_on=said.today,
        opened_by=said.by,
    )


def about_of(certification_id: str, doctor_id: str) -> str:
    """The one case that an incident is of."""
    return f"{certification_id}.{doctor_id}"
