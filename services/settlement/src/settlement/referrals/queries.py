"""Referrals inside larger questions."""

from typing import Any, Final

from settlement.referrals.domain import Referral

#: A referral's columns in larger questions, where the table goes by ``r``; read with ``referral_in``.
REFERRAL: Final = """r.state AS referral_state, r.person_id AS referral_person, r.receiving_hospital, r.approved_on,
       r.emergency_admitted_on"""


def referral_in(row: Any) -> Referral | None:
    """The referral that a row brought along; None where the encounter names none, or referral told of none."""
    if row["referral_state"] is None:
        return None
    return Referral(
        row["referral_state"],
        row["referral_person"],
        row["receiving_hospital"],
        row["approved_on"],
        row["emergency_admitted_on"],
    )
