"""What referral tells the other services, keyed by person."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from contracts.referral import ReferralChanged
from kernel.messaging.envelope import Published
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
    changed = ReferralChanged(
        referral_id=form.referral_id,
        revision=standing.revision,
        person_id=form.person_id,
        state=standing.state.value,
        sending_hospital=form.sending_hospital,
        receiving_hospital=form.receiving_hospital,
        applied_on=form.signed_on,
        endorsed_on=standing.endorsed_on,
        approved_on=standing.approved_on,
        expires_on=standing.expires_on,
        emergency_admitted_on=form.emergency_admitted_on,
    )
    return Published(form.person_id, changed)


def _untold(_event: MisuseRecorded | CopyDelivered) -> None:
    """Nothing that concerns another service."""


#: Every event of the registry has an entry here.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    **dict.fromkeys(get_args(Moved), _changed),
    MisuseRecorded: _untold,
    CopyDelivered: _untold,
}
