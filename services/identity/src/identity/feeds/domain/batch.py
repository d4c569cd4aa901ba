"""A batch: a department's file as it was sent, what reading it came to, and where it is on its way."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.intake.domain import Notice
from identity.persons.domain.categories import GROUPS, Category, Department, Group
from identity.persons.domain.owners import Owners
from kernel.values.refusals import Refused


class BatchKind(StrEnum):
    """What a file is: changes, or everybody of a category in an area."""

    DELTA = "delta"
    FULL = "full"


class BatchStatus(StrEnum):
    """Where a batch is on its way."""

    RECEIVED = "RECEIVED"  # waits to be read
    HELD = "HELD"  # would end so many memberships that a person must release it
    APPLYING = "APPLYING"  # read whole, and being applied
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"  # nothing of it was applied
    DISCARDED = "DISCARDED"  # a person threw it away; nothing of it was applied
    CANCELLED = "CANCELLED"  # a person stopped it while it was applied; what was applied stays
    ENTERED = "ENTERED"  # read, and waits for a second person's review
    REVIEWED = "REVIEWED"  # waits for a third person's approval
    TRIED = "TRIED"  # a dry run came to its end; nothing was changed


class Course(StrEnum):
    """What is done with a batch instead of applying it at once; a batch without one is applied."""

    TRIAL = "TRIAL"  # it is tried out, and nothing is changed
    UNDO = "UNDO"  # it takes back what another batch did; it has no file


class FileSent(msgspec.Struct, frozen=True, kw_only=True):
    """How a department describes the file that it sends. ``group`` bounds a full list to a part of its category."""

    department: Department
    number: str
    kind: BatchKind
    as_of: datetime
    media_type: str
    category: Category | None = None
    area: str | None = None
    file_name: str | None = None
    group: Group | None = None
    course: Course | None = None
    #: Whether it is entered, reviewed and approved by three people, because the place demands that (004 七(四)).
    approval: bool | None = None
    #: Whether the department's own system signed it, and no clerk with a token sent it.
    machine: bool | None = None


class Batch(FileSent, frozen=True, kw_only=True):
    """A file as it was received. ``as_of`` is the moment that it speaks for; ``category`` is a full list's own.

    ``area`` is the division code within which a full list names everybody; a delta has none. ``divisions`` are those
    that the sender works for; rows about people of others are refused. None is everywhere.
    """

    batch_id: str
    received_at: datetime
    sent_by: str
    size: int
    sha256: str
    divisions: tuple[str, ...] | None = None
    #: The number of the batch that it takes back, and why.
    undoes: str | None = None
    because: str | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        """The divisions that it may be about, as far as its description tells; none are all."""
        return (self.area,) if self.area is not None else self.divisions or ()

    @property
    def is_direct(self) -> bool:
        """Whether a program of the release before does the right thing with it."""
        return self.course is None and not self.approval

    @property
    def kept_as(self) -> str:
        """Under which name its file is kept: a dry run's is another one than that of the batch of its number."""
        return f"{self.batch_id}/{self.sha256}" if self.course is Course.TRIAL else self.batch_id


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a file by what they are; ``ending`` are memberships that a full list no longer names."""

    rows: int
    refused: int
    unchanged: int
    changing: int
    ending: int
    #: Memberships of the category and area that stood before a full list.
    standing: int = 0
    #: Refused rows whose ID number cannot be read: nobody knows whom they name.
    unidentified: int = 0


class FileTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What reading a file told of it: notices, the sheets that were read, and the groups that a full list speaks of.

    Without ``groups`` it speaks of everybody of its category.
    """

    notices: tuple[Notice, ...] = ()
    sheets: tuple[str, ...] = ()
    groups: tuple[Group, ...] | None = None


def batch_id_of(department: Department, number: str) -> str:
    """The id of a department's batch."""
    return str(uuid5(NAMESPACE_OID, f"onestop/feed/{department}/{number}"))


def check_description(sent: FileSent, now: datetime, owners: Owners, divisions: Sequence[str]) -> None:
    """Refuse a file that is described wrongly: FEED_DESCRIPTION_WRONG, DATE_IN_FUTURE, CATEGORY_NOT_OWNED.

    ``divisions`` are those that the sender works for; none are all.
    """
    if sent.as_of > now:
        raise Refused("DATE_IN_FUTURE", f"as_of {sent.as_of.isoformat()} is still to come")
    # Groups of low income may belong to different departments, so there each row says whose it is.
    if sent.category is not None and sent.category is not Category.LOW_INCOME:
        owners.check_somewhere(sent.department, sent.category, (sent.area,) if sent.area else divisions)
    if sent.kind is BatchKind.FULL and (sent.category is None or sent.area is None):
        raise Refused("FEED_DESCRIPTION_WRONG", "a full list needs its category, and the area in which it is whole")
    if sent.group is not None and (sent.category is None or sent.group not in GROUPS.get(sent.category, frozenset())):
        raise Refused("FEED_DESCRIPTION_WRONG", f"{sent.category} has no group {sent.group}; leave it out")
    if sent.kind is BatchKind.DELTA and sent.area is not None:
        raise Refused("FEED_DESCRIPTION_WRONG", "only a full list has an area; leave it out")


def must_wait(counts: Counts, basis_points_max: int) -> bool:
    """Whether a list would end a larger share of what stands than is allowed without a person.

    Also where anyone would be ended while some rows name nobody knows whom: it may be the same person.
    """
    if counts.ending and counts.unidentified:
        return True
    return counts.ending * 10_000 > counts.standing * basis_points_max
