"""The certificate: what identity told of a chronic disease that a hospital certified, as far as a visit rests on it."""

from collections.abc import Iterable
from datetime import date

import msgspec


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A certified disease; ``cancelled_from`` is the first day on which it does not hold (003 三(八)-(九))."""

    certification_id: str
    disease: str
    hospital_id: str
    effective_from: date
    cancelled_from: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether a visit on a day may rest on it: from the day of its entry on (AMB: the whole of that day)."""
        return self.effective_from <= day and (self.cancelled_from is None or day < self.cancelled_from)


def certificate_for(known: Iterable[Certificate], disease: str | None, day: date) -> Certificate | None:
    """The certificate that a visit rests on: of its disease, or of any where the hospital names none."""
    held = [one for one in known if one.holds_on(day) and disease in (None, one.disease)]
    return min(held, key=lambda one: (one.effective_from, one.certification_id), default=None)
