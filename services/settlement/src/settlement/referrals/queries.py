"""Referrals inside larger questions."""

from typing import Any, Final

from settlement.referrals.domain import Referral

#: A referral's columns in larger questions, where the table goes by ``r``; read with ``referral_in``.
REFERRAL: Final = """r.state AS referral_state, r.person_id AS referral_person, r.receiving_hospital, r.approved_on,
       r.emergency_admitted_on, r.revision AS referral_revision, r.approval_entered_on"""


def referral_in(row: Any) -> Referral | None:
    """The referral that a row brought along; None where the encounter names none, or referral told of none."""
    if row["referral_state"] is None:
        return None
    return Referral(
        state=row["referral_state"],
        person_id=row["referral_person"],
        receiving_hospital=row["receiving_hospital"],
        approved_on=row["approved_on"],
        emergency_admitted_on=row["emergency_admitted_on"],
        revision=row["referral_revision"],
        approval_entered_on=row["approval_entered_on"],
    )
