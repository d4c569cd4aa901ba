"""What the events of a payment list write into its tables."""

from collections.abc import Iterable

import msgspec

from identity.comparison.domain.payment_list import (
    Event,
    ListStatus,
    PaymentListApplied,
    PaymentListReceived,
    PaymentListRefused,
    PaymentsNoted,
)
from identity.comparison.rows.payment_tables import payment_groups, payment_list_ends, payment_lists, payments
from identity.feeds.domain.feed import FileProblem
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put


def payment_changes(event: Event, recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of one event of a list."""
    match event:
        case PaymentListReceived(payment_list=received):
            yield put(payment_lists, **msgspec.structs.asdict(received))
        case PaymentListRefused(problem=problem):
            yield _ended(recorded, ListStatus.REFUSED, problem=problem)
        case PaymentListApplied(outcomes=outcomes):
            yield _ended(recorded, ListStatus.APPLIED, outcomes=outcomes)
        case PaymentsNoted():
            yield put(
                payment_groups,
                list_id=event.list_id,
                first_row=event.first_row,
                last_row=event.last_row,
                unmarked=event.unmarked,
            )
            for noted in event.payments:
                yield put(payments, list_id=event.list_id, **msgspec.structs.asdict(noted))


def _ended(
    recorded: RecordedEvent,
    status: ListStatus,
    *,
    problem: FileProblem | None = None,
    outcomes: dict[str, int] | None = None,
) -> Change:
    return put(
        payment_list_ends,
        list_id=recorded.stream_id.removeprefix("payment-list/"),
        status=status.value,
        ended_at=recorded.occurred_at,
        problem=problem,
        outcomes=outcomes,
    )
