"""Cases: bills handed in on paper, and the invoices that they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("person_id", "county", "hospital_id", "kind")),
        sa.Column("admitted_on", sa.Date, nullable=False),
        sa.Column("discharged_on", sa.Date, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("invoice_number", "submitter", "office")),
        sa.Column("handed_in_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("complete_on", sa.Date),
        sa.Column("due_on", sa.Date),
        *(sa.Column(name, sa.Text) for name in ("returned_because", "encounter_id", "settlement_id")),
        sa.Column("paid_on", sa.Date),
    )
    op.create_index("cases_county", "cases", ["county", "case_id"])
    op.create_index("cases_person", "cases", ["person_id"])
    op.create_table(
        "case_invoices",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.UniqueConstraint("hospital_id", "number", name="case_invoices_once"),
    )
