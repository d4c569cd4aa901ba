"""Certifiers: the institutions that may certify chronic diseases, with their hospital grade (003 三(八) 二级及以上)."""

from datetime import date

import msgspec

from kernel.values.refusals import Refused


class Certifier(msgspec.Struct, frozen=True):
    """An institution's grade (1, 2 or 3, 医院等级) and the days on which it may certify; ``until`` is the last one."""

    hospital_id: str
    name: str
    grade: int
    since: date
    until: date | None = None

    def certifies_on(self, day: date) -> bool:
        """Whether it is registered on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class CertifierRegistered(msgspec.Struct, frozen=True):
    """The agency's entry from now on; replaces what was there."""

    certifier: Certifier


def register(certifier: Certifier) -> CertifierRegistered:
    """Accept an entry; raises Refused DATES_OUT_OF_ORDER."""
    if certifier.until is not None and certifier.until < certifier.since:
        raise Refused("DATES_OUT_OF_ORDER", f"until {certifier.until} is before since {certifier.since}")
    return CertifierRegistered(certifier)
