"""Referrals in the demonstration: filed by the sending hospital, endorsed, approved by the agency."""

from datetime import date

from onestop.demo.window import Window
from onestop.platform import Platform


async def refer(
    platform: Platform, sending: Window, person_id: str, receiving_hospital: str, day: date, category: str
) -> str:
    """File, endorse and approve; gives the referral's id."""
    raise AssertionError("the referral service is not there yet")
