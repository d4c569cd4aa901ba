"""Who saw personal data in the clear: each time is an event, so that anyone can ask later who, and for what."""

from enum import StrEnum

import msgspec

from identity.persons.domain.lookup import LookupReason


class SeenFor(StrEnum):
    """What somebody was at who saw personal data; a closed list, so that no name ends up in a free text."""

    RECORD = "RECORD"  # opened a person's record
    FILE_RETURNED = "FILE_RETURNED"  # took the office's own file back with its results
    LIST_CHECKED = "LIST_CHECKED"  # looked at whom a list changes, by name


class DataSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody saw names, numbers, phones or addresses: of these persons, or of everybody in the file of a batch.

    ``seen_by`` is the user, not the organisation. Every look has a stream of its own: none grows.
    """

    look_id: str
    seen_by: str
    organisation: str | None
    roles: tuple[str, ...]
    seen_for: SeenFor
    reason: LookupReason | None = None
    person_ids: tuple[str, ...] = ()
    batch_id: str | None = None
