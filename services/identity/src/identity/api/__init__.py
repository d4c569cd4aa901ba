"""What identity answers over HTTP."""

from identity.api.around_enrolment import around_enrolment
from identity.api.corrections import corrections
from identity.api.entries import entry_lists, entry_steps
from identity.api.error_codes import CODES
from identity.api.feed_batches import feed_batches
from identity.api.memberships import feeds, memberships
from identity.api.persons import persons
from identity.api.records import records

__all__ = [
    "CODES",
    "around_enrolment",
    "corrections",
    "entry_lists",
    "entry_steps",
    "feed_batches",
    "feeds",
    "memberships",
    "persons",
    "records",
]
