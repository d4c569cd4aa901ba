"""What identity answers over HTTP."""

from identity.api.around_enrolment import around_enrolment
from identity.api.around_persons import around_persons
from identity.api.error_codes import CODES
from identity.api.feed_batches import feed_batches
from identity.api.memberships import feeds, memberships
from identity.api.payment_lists import payment_lists
from identity.api.persons import persons

__all__ = [
    "CODES",
    "around_enrolment",
    "around_persons",
    "feed_batches",
    "feeds",
    "memberships",
    "payment_lists",
    "persons",
]
