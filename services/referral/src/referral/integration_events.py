"""What referral tells the other services, keyed by person."""

from kernel.contracts.envelope import Published
from kernel.contracts.referral import ReferralChanged
from kernel.event_store import RecordedEvent
from referral.domain.standing import standing_after


def publish(recorded: RecordedEvent) -> Published | None:
    """The referral as it stands after an event."""
    after = standing_after(recorded.event)
    form = after.form
    changed = ReferralChanged(
        form.referral_id,
        recorded.version,
        form.person_id,
        after.state,
        form.sending_hospital,
        form.receiving_hospital,
        form.signed_on,
        after.endorsed_on,
        after.approved_on,
    )
    return Published(form.person_id, changed)
