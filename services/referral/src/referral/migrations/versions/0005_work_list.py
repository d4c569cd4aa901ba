"""Fifth revision: whose county decides, what waits, newest signature first, and what hospitals are called."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LISTED_BY = {
    "sent": "sending_hospital",
    "received": "receiving_hospital",
    "state": "state",
    "person": "person_id",
    "county": "county",
}


def upgrade() -> None:
    """Old referrals have no county: it was not asked for when they were filed."""
    op.add_column("referrals", sa.Column("county", sa.Text))
    op.add_column("referrals", sa.Column("waiting_since", sa.Date))
    op.execute(
        "UPDATE referrals SET waiting_since = CASE state WHEN 'APPLIED' THEN signed_on ELSE endorsed_on END "
        "WHERE state IN ('APPLIED', 'HOSPITAL_AGREED')"
    )
    for name, column in _LISTED_BY.items():
        if name != "county":
            op.drop_index(f"referrals_{name}")
        op.create_index(f"referrals_{name}", "referrals", [column, "signed_on", "referral_id"])
    op.create_index("referrals_signed", "referrals", ["signed_on", "referral_id"])
    op.create_index(
        "referrals_waiting",
        "referrals",
        ["waiting_since", "referral_id"],
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.add_column("applicants", sa.Column("county", sa.Text))
    op.create_table(
        "institutions",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
