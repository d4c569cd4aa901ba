"""The read model of operations: its topics' rows, each event with an entry, and the tables of what others told."""

from typing import Final

from kernel.messaging import mending
from kernel.writing.read_model import ReadModel
from operations.breaches import rows as breaches
from operations.clocks import rows as clocks
from operations.event_types import REGISTRY
from operations.follow_up import rows as follow_up
from operations.goals import rows as goals
from operations.insurers import rows as insurers
from operations.leading_group import rows as leading_group
from operations.points import rows as points
from operations.reports import rows as reports
from operations.told.rows import bills, cases, money, people, referrals

READ_MODEL: Final = ReadModel(
    REGISTRY,
    tables=(
        bills.TABLES,
        cases.TABLES,
        people.TABLES,
        money.TABLES,
        referrals.TABLES,
        clocks.TABLES,
        breaches.TABLES,
        reports.TABLES,
        points.TABLES,
        follow_up.TABLES,
        goals.TABLES,
        leading_group.TABLES,
        insurers.TABLES,
    ),
    topics=(
        clocks.ROWS,
        breaches.ROWS,
        reports.ROWS,
        points.ROWS,
        follow_up.ROWS,
        goals.ROWS,
        leading_group.ROWS,
        insurers.ROWS,
        mending.ROWS,
    ),
)
