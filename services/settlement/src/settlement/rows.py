"""Settlement's read model: its topics' tables, and which rows each event leaves in them."""

from typing import Final

from kernel.messaging import mending
from kernel.running.scans import rows as scans
from kernel.writing.read_model import ReadModel
from settlement.admission_checks import rows as admission_checks
from settlement.cases import rows as cases
from settlement.encounters import rows as encounters
from settlement.event_types import REGISTRY
from settlement.institutions import rows as institutions
from settlement.payment_refusals import rows as payment_refusals
from settlement.people import rows as people
from settlement.policies import rows as policies
from settlement.referrals import rows as referrals
from settlement.reviews import rows as reviews
from settlement.webhooks import rows as webhooks
from settlement.years import rows as years

#: What settlement was told leaves rows by message and not by event: of these there are only the tables.
_TOLD: Final = (people, referrals)
_OWN: Final = (institutions, policies, encounters, admission_checks, years, payment_refusals, reviews, cases, webhooks)
READ_MODEL: Final = ReadModel(
    REGISTRY,
    tables=[topic.TABLES for topic in (*_TOLD, *_OWN, scans)],
    topics=[*(topic.ROWS for topic in _OWN), scans.ROWS, mending.ROWS],
    not_rebuilt=[reviews.WORKING, scans.SOURCES, webhooks.WORKING],
)
