"""What identity answers over HTTP."""

from identity.api.error_codes import CODES
from identity.api.memberships import feeds, memberships
from identity.api.persons import persons

__all__ = ["CODES", "feeds", "memberships", "persons"]
