"""What referral tells the other services, keyed by person."""

from contracts.referral import ReferralChanged
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent
from referral.copies.domain import CopyDelivered
from referral.referrals.domain.referral import MisuseRecorded
from referral.referrals.domain.standing import Standing


def publish(recorded: RecordedEvent) -> Published | None:
    """The referral as it stands after an event; None where its standing did not change."""
    if isinstance(recorded.event, MisuseRecorded | CopyDelivered):
        return None
    standing: Standing = recorded.event.standing
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
