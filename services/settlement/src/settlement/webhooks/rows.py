"""The rows of webhooks; and how far each is, which is no projection: nobody else knows what was delivered."""

from collections.abc import Iterable
from typing import Final, get_args

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from settlement.webhooks.domain.webhook import Webhook, WebhookEvent

TABLES: Final = MetaData()
WORKING: Final = MetaData()

webhooks: Final = Table("webhooks", TABLES, *columns_of(Webhook, "hospital_id", begins_after=BigInteger))

#: ``reached`` is a number of the event log: everything of the hospital's up to it was delivered.
webhook_positions: Final = Table(
    "webhook_positions",
    WORKING,
    Column("hospital_id", Text, primary_key=True),
    Column("begun_at_revision", Integer, nullable=False),
    Column("reached", BigInteger, nullable=False),
    Column("delivered_at", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False),
    Column("failed_since", DateTime(timezone=True)),
    Column("last_failure", Text),
    Column("next_try_at", DateTime(timezone=True), nullable=False),
)


def _stands(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event.webhook, webhooks)


ROWS: Final[RowsByEvent] = dict.fromkeys(get_args(WebhookEvent), _stands)
