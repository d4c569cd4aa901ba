"""Village clinics: bills recorded first and settled later, and the consultation fee that must reach them whole.

No service calls it yet.
"""

from collections.abc import Iterable, Sequence

import msgspec


class ClinicLedger(msgspec.Struct, frozen=True):
    """A clinic's book of visits, in fen."""

    collected_from_patients_fen: int
    receivable_from_township_fen: int


def clinic_ledger(visits: Iterable[tuple[int, int]]) -> ClinicLedger:
    """Of visits as (total, patient's part): the doctor collects only the patient's part (003 四(十) 先记账后结算)."""
    collected = receivable = 0
    for total, patient in visits:
        assert 0 <= patient <= total, f"a patient's part of {patient} fen does not fit into a bill of {total} fen"
        collected += patient
        receivable += total - patient
    return ClinicLedger(collected, receivable)


class FeesPassed(msgspec.Struct, frozen=True):
    """The consultation fee of a month: what the agency pays the township, and what each clinic did not get."""

    agency_pays_township_fen: int
    shortfalls_fen: tuple[int, ...]

    @property
    def compliant(self) -> bool:
        """Whether every clinic got all of its fee (全额支付给村卫生室)."""
        return not any(self.shortfalls_fen)


def pass_on_fees(visits_and_fee: Sequence[tuple[int, int]], paid_fen: Sequence[int]) -> FeesPassed:
    """visits × unit fee for each clinic, against what the township health centre passed on (003 四(十一))."""
    due = [visits * fee for visits, fee in visits_and_fee]
    shortfalls = tuple(owed - paid for owed, paid in zip(due, paid_fen, strict=True))
    return FeesPassed(sum(due), shortfalls)
