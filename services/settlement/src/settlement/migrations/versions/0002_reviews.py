"""Second revision: review items, supplements, and which of identity's revisions a settlement rests on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column("settlements", sa.Column("identity_revision", sa.Integer))
    op.create_table(
        "supplements",
        sa.Column("supplement_id", sa.Text, primary_key=True),
        sa.Column("settlement_id", sa.Text, nullable=False),
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("supplemented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
        sa.Column("identity_revision", sa.Integer),
    )
    op.create_index("supplements_settlement", "supplements", ["settlement_id", "supplement_id"])
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("settlement_id", sa.Text, nullable=False),
        sa.Column("identity_revision", sa.Integer, nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
        sa.Column("finding", JSON, nullable=False),
    )
    op.create_index("reviews_person", "reviews", ["person_id", "area", "year"])
    op.create_table(
        "review_states",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("proposed_by", sa.Text),
    )
    op.create_index("review_states_state", "review_states", ["state", "review_id"])
