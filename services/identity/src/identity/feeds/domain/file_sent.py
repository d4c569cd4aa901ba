"""How a department describes the file that it sends, and what is right about that."""

from datetime import datetime

import msgspec

from identity.feeds.domain.feed import BatchKind
from identity.persons.domain.categories import Category, Department, check_owned
from kernel.values.refusals import Refused


class FileSent(msgspec.Struct, frozen=True, kw_only=True):
    """How a department describes the file that it sends."""

    department: Department
    number: str
    kind: BatchKind
    as_of: datetime
    media_type: str
    category: Category | None = None
    area: str | None = None
    file_name: str | None = None


def check_description(sent: FileSent, now: datetime) -> None:
    """Refuse a file that is described wrongly: FEED_DESCRIPTION_WRONG, DATE_IN_FUTURE, CATEGORY_NOT_OWNED."""
    if sent.as_of > now:
        raise Refused("DATE_IN_FUTURE", f"as_of {sent.as_of.isoformat()} is still to come")
    if sent.category is not None and not _has_groups(sent.category):
        check_owned(sent.department, sent.category, None)
    if sent.kind is BatchKind.FULL and (sent.category is None or sent.area is None):
        raise Refused("FEED_DESCRIPTION_WRONG", "a full list needs its category, and the area in which it is whole")
    if sent.kind is BatchKind.DELTA and sent.area is not None:
        raise Refused("FEED_DESCRIPTION_WRONG", "only a full list has an area; leave it out")


def _has_groups(category: Category) -> bool:
    # Groups of one category may belong to different departments, so each row says whose it is.
    return category is Category.LOW_INCOME
