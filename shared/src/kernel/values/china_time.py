"""The calendar day in China: laws count days there, machines count time in UTC."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

#: One time zone for the whole country, without summer time since 1992.
CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


def china_date(moment: datetime) -> date:
    """The day on which ``moment`` (with its time zone) falls in China."""
    assert moment.tzinfo is not None, "a moment without a time zone has no day"
    return moment.astimezone(CHINA).date()
