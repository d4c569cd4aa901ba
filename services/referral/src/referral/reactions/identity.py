"""What identity tells: who the applicants are, and whose data were erased."""

from collections.abc import Iterable
from typing import Final

from contracts.identity import CONTRACT, EntitlementChanged
from kernel.messaging.heard import Heard
from kernel.running.runtime import Subscription
from kernel.running.scans.rows import erased_rows
from kernel.writing.read_tables import Change
from referral.referrals.rows.told import IDENTITY_ROWS

HEARD: Final = Heard("referral", CONTRACT, IDENTITY_ROWS)


def _erased(event: EntitlementChanged) -> Iterable[Change]:
    return erased_rows(event.person_id) if event.change == "ERASED" else ()


#: Scans do not follow from events, so neither does what is left of them: these rows are not for replay.
_SCANS: Final = Heard("referral-scans", CONTRACT, {EntitlementChanged: _erased})
ERASURES: Final = Subscription(
    consumer=_SCANS.consumer,
    topic=CONTRACT.topic,
    effects=_SCANS.effects,
    types=_SCANS.types,
    rows_of=_SCANS.rows_of,
)
