"""Entries that three people handle, and what is told of persons beyond their memberships."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_tables()
    create_number_tokens()
    create_person_versions()
    widen_person_tables()
    create_fact_versions()
    create_erasures()


def create_entry_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("proposal", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Text),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("entries_in_state", "entries", ["state", "submitted_at", "entry_id"])
    op.create_table(
        "entry_delays",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
    )
    op.create_index("entry_delays_of_county", "entry_delays", ["county", "month", "step"])


def create_number_tokens() -> None:
    op.create_table(
        "number_tokens",
        sa.Column("id_number_hash", sa.Text, primary_key=True),
        sa.Column("token", sa.Text, nullable=False),
        sa.UniqueConstraint("token", name="number_tokens_token"),
    )
    # A hash that events hold already stands for itself: they cannot be written anew.
    op.execute("INSERT INTO number_tokens SELECT id_number_hash, id_number_hash FROM personal_data")
    op.execute(
        "INSERT INTO number_tokens SELECT DISTINCT id_number_hash, id_number_hash FROM lookups ON CONFLICT DO NOTHING"
    )
    op.alter_column("personal_data", "id_number_hash", new_column_name="number_token")
    op.alter_column("lookups", "id_number_hash", new_column_name="number_token")
    op.execute("ALTER TABLE personal_data RENAME CONSTRAINT personal_data_id_number_hash TO personal_data_number_token")


def create_person_versions() -> None:
    op.create_table(
        "former_numbers",
        sa.Column("number_token", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("former_numbers_of_person", "former_numbers", ["person_id"])
    op.create_table(
        "death_versions",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("deceased_on", sa.Date),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )


def widen_person_tables() -> None:
    op.add_column("persons", sa.Column("merged_into", sa.Text))
    for name in ("annulled", "erased"):
        op.add_column("persons", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
        op.alter_column("persons", name, server_default=None)
    op.create_index(
        "persons_merged_into", "persons", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    for name in ("department", "category"):
        op.add_column("membership_versions", sa.Column(name, sa.Text))
        op.execute(
            f"UPDATE membership_versions v SET {name} = m.{name} FROM memberships m "
            "WHERE m.membership_id = v.membership_id"
        )
        op.alter_column("membership_versions", name, nullable=False)
    op.create_index("membership_versions_of_person", "membership_versions", ["person_id"])


def create_fact_versions() -> None:
    op.create_table(
        "fact_versions",
        sa.Column("fact_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("detail", postgresql.JSONB, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("fact_versions_of_person", "fact_versions", ["person_id"])


def create_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("records", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("number_tokens", postgresql.ARRAY(sa.Text), nullable=False),
    )
