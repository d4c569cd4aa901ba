"""Service points, files of illnesses with their visits, responsible persons, and who looked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "service_points",
        sa.Column("point_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("accepts", ARRAY(sa.Text), nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text),
        sa.Column("staff", JSONB, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("service_points_county", "service_points", ["county", "point_id"])
    op.create_table(
        "file_looks",
        sa.Column("look_id", sa.Uuid, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("seen_on", sa.Date, nullable=False),
    )
    op.create_table(
        "illness_files",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("illness", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("doctor", sa.Text),
        sa.Column("hospital_id", sa.Text),
        sa.Column("plan", sa.Text),
        sa.Column("contracted_on", sa.Date),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("last_visit_on", sa.Date),
        sa.Column("closed_on", sa.Date),
    )
    op.create_index("illness_files_county", "illness_files", ["county", "person_id", "illness"])
    op.create_table(
        "responsible",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("township", sa.Text),
        sa.Column("holders", JSONB, nullable=False),
        sa.Column("changed_on", sa.Date, nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("illness", sa.Text, nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("visited_by", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
    )
    op.create_index("visits_of_file", "visits", ["person_id", "illness", "visited_on"])
