"""Fifth revision: benefit years of merged records, whose year counts a settlement, and which stay names a referral."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now every settlement counted in the year of the record that it was made under."""
    op.add_column("people", sa.Column("merged_into", sa.Text))
    op.execute("UPDATE people SET merged_into = entitlement ->> 'merged_into'")
    op.add_column("settlements", sa.Column("counted_for", sa.Text))
    op.execute("UPDATE settlements SET counted_for = person_id")
    op.alter_column("settlements", "counted_for", nullable=False)
    op.create_index("settlements_counted_for", "settlements", ["counted_for"])
    op.create_table(
        "benefit_year_joins",
        sa.Column("other_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("own_fen", JSON, nullable=False),
        sa.Column("own_version", sa.Integer, nullable=False),
        sa.Column("other_fen", JSON, nullable=False),
        sa.Column("other_version", sa.Integer, nullable=False),
    )
    op.create_index("benefit_year_joins_person", "benefit_year_joins", ["person_id"])
    op.create_index("encounters_referral", "encounters", ["referral_id"])
