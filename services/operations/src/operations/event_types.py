"""Stored names of the events of operations."""

from typing import Final, get_args

from kernel.messaging.mending import MendingEvent
from kernel.writing.event_registry import EventRegistry
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

REGISTRY: Final = EventRegistry(
    [
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
    ]
)
