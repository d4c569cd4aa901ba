"""What operations tells the other services: nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from kernel.messaging.envelope import Published
from kernel.messaging.mending import MendingEvent
from kernel.writing.event_store import RecordedEvent
from operations.breaches.domain.breach import BreachEvent
from operations.clocks.domain.done import DoneEvent
from operations.follow_up.domain.file import FileEvent
from operations.follow_up.domain.responsible import ResponsibleAssigned
from operations.follow_up.domain.seen import FilesSeen
from operations.goals.domain import GoalEvent
from operations.insurers.domain import InsurerEvent
from operations.leading_group.domain import LeadingGroupSet
from operations.points.domain import PointEvent
from operations.reports.domain.made import ReportEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _nothing(_event: object) -> None:
    """It is nobody else's business."""


#: Every event of the registry has an entry here.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = dict.fromkeys(
    (
        *get_args(DoneEvent),
        *get_args(BreachEvent),
        *get_args(ReportEvent),
        *get_args(GoalEvent),
        *get_args(PointEvent),
        *get_args(FileEvent),
        ResponsibleAssigned,
        FilesSeen,
        LeadingGroupSet,
        *get_args(InsurerEvent),
        *get_args(MendingEvent),
    ),
    _nothing,
)
