"""Look-ups by ID number: each one is an event of its own, so that anyone can ask later who looked, and why."""

from enum import StrEnum

import msgspec


class LookupReason(StrEnum):
    """Why somebody looks a person up; a closed list, so that no name or number ends up in a free text."""

    ADMISSION = "ADMISSION"
    REFERRAL = "REFERRAL"
    REIMBURSEMENT = "REIMBURSEMENT"
    FEED = "FEED"
    ENROLMENT = "ENROLMENT"
    AUDIT = "AUDIT"


class LookupMade(msgspec.Struct, frozen=True, kw_only=True):
    """Someone asked who has an ID number; ``person_id`` is None where nobody here has it.

    Every look-up has a stream of its own: nothing must be loaded to append to it, and none grows.
    """

    lookup_id: str
    number_token: str
    person_id: str | None
    asked_by: str
    roles: tuple[str, ...]
    reason: LookupReason
