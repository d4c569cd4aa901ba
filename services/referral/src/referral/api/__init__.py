"""Referral over HTTP."""

from referral.api.copies import copies
from referral.api.error_codes import CODES
from referral.api.filing import filing
from referral.api.printing import printing
from referral.api.reading import reading
from referral.api.waiting import work_list

__all__ = ["CODES", "copies", "filing", "printing", "reading", "work_list"]
