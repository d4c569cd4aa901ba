"""What referral tells the other services, keyed by person."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import msgspec

from contracts.referral import ReferralChanged
from kernel.messaging.envelope import Published
from kernel.messaging.mending import MendingEvent
from kernel.running.scans.domain import ScanEvent
from kernel.writing.event_store import RecordedEvent
from referral.copies.domain import CopyDelivered
from referral.referrals.domain.referral import MisuseRecorded, Moved
from referral.referrals.domain.standing import Standing


def publish(recorded: RecordedEvent) -> Published | None:
    """The referral as it stands after an event; None where its standing did not change."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _changed(event: Moved) -> Published:
    standing: Standing = event.standing
    form = standing.form
    told = msgspec.structs.asdict(form) | msgspec.structs.asdict(standing)
    told |= {"state": standing.state.value, "applied_on": form.signed_on, "endorsed_on": standing.endorsed_on}
    changed = ReferralChanged(**{name: told[name] for name in ReferralChanged.__struct_fields__})
    return Published(form.person_id, changed)


def _untold(_event: MisuseRecorded | CopyDelivered | ScanEvent | MendingEvent) -> None:
    """Nothing that concerns another service."""


#: Every event of the registry has an entry here.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    **dict.fromkeys(get_args(Moved), _changed),
    MisuseRecorded: _untold,
    CopyDelivered: _untold,
    **dict.fromkeys((*get_args(ScanEvent), *get_args(MendingEvent)), _untold),
}
