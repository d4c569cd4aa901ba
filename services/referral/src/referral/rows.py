"""Referral's read model: its topics' rows, each event with an entry, and the tables of what others told."""

from typing import Final

from kernel.messaging import mending
from kernel.running.scans import rows as scans
from kernel.writing.read_model import ReadModel
from referral.copies import rows as copies
from referral.event_types import REGISTRY
from referral.referrals.rows import referrals, told

READ_MODEL: Final = ReadModel(
    REGISTRY,
    tables=(referrals.TABLES, told.TABLES, copies.TABLES, scans.TABLES),
    topics=(referrals.ROWS, copies.ROWS, scans.ROWS, mending.ROWS),
    not_rebuilt=(scans.SOURCES,),
)
