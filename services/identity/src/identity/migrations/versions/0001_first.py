"""The first tables of identity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.running.migrations import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Equality of texts inside a GiST index needs btree_gist, which the embedded PostgreSQL lacks. A range from a text to
# itself overlaps another such range exactly when the two are equal, and ranges have a GiST class of their own. So
# the database refuses overlaps declaratively, without a trigger that two writers at once could both pass.
# It is checked at the end of the statement, not row by row: one command may end one membership and begin the next.
NO_OVERLAP = """
ALTER TABLE memberships ADD CONSTRAINT memberships_no_overlap EXCLUDE USING gist (
  text_span(person_id, person_id, '[]') WITH &&,
  text_span(department || ' ' || category, department || ' ' || category, '[]') WITH &&,
  daterange(valid_from, valid_to, '[]') WITH &&
) DEFERRABLE INITIALLY IMMEDIATE
"""


def upgrade() -> None:
    create_kernel_tables(op)
    create_person_tables()
    create_membership_tables()
    create_lookups()


def create_person_tables() -> None:
    op.create_table(
        "persons",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("deceased_on", sa.Date),
    )
    op.create_table(
        "personal_data",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("id_number_hash", sa.Text, nullable=False),
        sa.Column("id_number", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("phone", sa.LargeBinary),
        sa.Column("address", sa.LargeBinary),
        sa.Column("card_number", sa.LargeBinary),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.UniqueConstraint("id_number_hash", name="personal_data_id_number_hash"),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "enrolments",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True),
        sa.Column("scheme", sa.Text, primary_key=True),
        sa.Column("registered_on", sa.Date),
        sa.Column("marked_on", sa.Date),
    )
    op.create_index("enrolments_of_area", "enrolments", ["area", "year"])


def create_membership_tables() -> None:
    op.create_table(
        "memberships",
        sa.Column("membership_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("group", sa.Text),
        sa.Column("poverty_status", sa.Text),
        sa.Column("exit_date", sa.Date),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="memberships_dates_in_order"),
    )
    op.create_index("memberships_of_person", "memberships", ["person_id"])
    op.create_index("memberships_of_department", "memberships", ["department", "membership_id"])
    op.execute('CREATE TYPE text_span AS RANGE (subtype = text, collation = "C")')
    op.execute(NO_OVERLAP)
    op.create_table(
        "membership_versions",
        sa.Column("membership_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("group", sa.Text),
        sa.Column("poverty_status", sa.Text),
        sa.Column("exit_date", sa.Date),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )


def create_lookups() -> None:
    op.create_table(
        "lookups",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text),
        sa.Column("id_number_hash", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("lookups_of_person", "lookups", ["person_id", "asked_at"])
