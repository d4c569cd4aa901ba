"""Rows of referrals: each as it stands, and the stays that named one in vain."""

from collections.abc import Iterable
from typing import Final, get_args

import msgspec
from sqlalchemy import Column, Date, DateTime, Index, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSON

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from referral.referrals.domain.form import Form
from referral.referrals.domain.referral import MisuseRecorded, Moved
from referral.referrals.domain.standing import Standing

TABLES: Final = MetaData()

referrals: Final = Table(
    "referrals",
    TABLES,
    *columns_of(Form, "referral_id", leaving=("filled_in",), attachments=JSON),
    *columns_of(Standing, leaving=("form", "endorsement", "review")),
    Column("endorsement", Text),
    Column("endorsed_on", Date),
    Column("review", Text),
    Column("reviewed_on", Date),
    Column("waiting_since", Date),
    Index("referrals_run_out", "expires_on", postgresql_where=text("state = 'AGENCY_APPROVED'")),
    Index("referrals_sent", "sending_hospital", "signed_on", "referral_id"),
    Index("referrals_received", "receiving_hospital", "signed_on", "referral_id"),
    Index("referrals_state", "state", "signed_on", "referral_id"),
    Index("referrals_county", "county", "signed_on", "referral_id"),
    Index("referrals_signed", "signed_on", "referral_id"),
    Index("referrals_waiting", "waiting_since", "referral_id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index("referrals_person", "person_id", "signed_on", "referral_id"),
)

#: Stays that named a referral which does not open the gate to them.
misuses: Final = Table(
    "misuses",
    TABLES,
    Column("referral_id", Text, primary_key=True),
    Column("encounter_id", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)


def _moved(recorded: RecordedEvent) -> Iterable[Change]:
    standing: Standing = recorded.event.standing
    endorsement, review = standing.endorsement, standing.review
    form = {name: value for name, value in msgspec.structs.asdict(standing.form).items() if name in referrals.c}
    columns = form | {
        "endorsement": None if endorsement is None else endorsement.text,
        "review": None if review is None else review.text,
    }
    yield put_of(standing, referrals, **columns)


def _misuse(recorded: RecordedEvent) -> Iterable[Change]:
    event: MisuseRecorded = recorded.event
    referral_id = event.standing.form.referral_id
    yield put_of(event, misuses, referral_id=referral_id, recorded_at=recorded.occurred_at)


ROWS: Final[RowsByEvent] = {**dict.fromkeys(get_args(Moved), _moved), MisuseRecorded: _misuse}
