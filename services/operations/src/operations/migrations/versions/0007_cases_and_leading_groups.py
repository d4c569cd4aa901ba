"""Bills on paper, leading groups, files of insurers, and how far from home a bill's stay was."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables, and a column that may be missing."""
    op.create_table(
        "paper_cases",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("window_kind", sa.Text),
        sa.Column("window_hospital", sa.Text),
        sa.Column("submitter", sa.Text, nullable=False),
        sa.Column("handed_in_on", sa.Date, nullable=False),
        sa.Column("visits", JSONB, nullable=False),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("complete_on", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("settlement_id", sa.Text),
        sa.Column("to_sign", ARRAY(sa.Text), nullable=False),
        sa.Column("signed", JSONB, nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("paid_by", sa.Text),
    )
    op.create_index("paper_cases_county", "paper_cases", ["county", "case_id"])
    op.create_index("paper_cases_handed_in", "paper_cases", ["county", "handed_in_on"])
    op.create_table(
        "leading_groups",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("members", JSONB, nullable=False),
        sa.Column("changed_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "insurers",
        sa.Column("insurer_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("qualification", sa.Text, nullable=False),
        sa.Column("qualified_until", sa.Date, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("checks", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("insurers_county", "insurers", ["county", "insurer_id"])
    op.add_column("bills", sa.Column("reach", sa.Text))
    with op.get_context().autocommit_block():
        op.create_index("people_merged", "people", ["merged_into"], postgresql_concurrently=True, if_not_exists=True)
