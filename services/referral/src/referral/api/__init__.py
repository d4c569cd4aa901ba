"""Referral over HTTP."""

from referral.api.error_codes import CODES
from referral.api.referrals import referrals

__all__ = ["CODES", "referrals"]
