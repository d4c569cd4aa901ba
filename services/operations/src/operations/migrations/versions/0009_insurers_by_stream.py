"""Files of insurers by their streams: one whose county was changed is one file, live as rebuilt from its events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A county's own file has events of its own; any other goes on in the insurer's stream of before.
FILL = """
INSERT INTO county_insurers
SELECT CASE WHEN EXISTS (SELECT FROM events e WHERE e.stream_id = 'insurer/' || insurer_id || '/' || county)
       THEN 'insurer/' || insurer_id || '/' || county ELSE 'insurer/' || insurer_id END,
       insurer_id, county, name, qualification, qualified_until, terms, checks, version
FROM insurer_files
"""


def upgrade() -> None:
    """A new table with what is known, in the place of two that no release has had."""
    op.create_table(
        "county_insurers",
        sa.Column("stream_id", sa.Text, primary_key=True),
        sa.Column("insurer_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("qualification", sa.Text, nullable=False),
        sa.Column("qualified_until", sa.Date, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("checks", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("county_insurers_county", "county_insurers", ["county", "insurer_id"])
    op.create_index("county_insurers_insurer", "county_insurers", ["insurer_id", "county"])
    op.execute(FILL)
    op.drop_table("insurer_files")
    op.drop_table("insurers")
