"""What is on no statement of a hospital yet, noted by the database itself beside a release that knows nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

_NOTE_SQL = """
CREATE FUNCTION note_unbilled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unbilled_entries (account, booked_on, journal_id)
  SELECT DISTINCT n.account, n.booked_on, n.journal_id FROM noted n
  WHERE starts_with(n.account, 'payable/hospital/') AND n.kind NOT IN ('statement_payment', 'deduction')
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""
_BILLED_SQL = """
CREATE FUNCTION note_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM unbilled_entries u USING billed b WHERE u.account = b.account AND u.journal_id = b.journal_id;
  RETURN NULL;
END $$
"""
_TRIGGERS_SQL = (
    """
CREATE TRIGGER entries_are_unbilled AFTER INSERT ON entries REFERENCING NEW TABLE AS noted
  FOR EACH STATEMENT EXECUTE FUNCTION note_unbilled()
""",
    """
CREATE TRIGGER journals_are_billed AFTER INSERT ON statement_journals REFERENCING NEW TABLE AS billed
  FOR EACH STATEMENT EXECUTE FUNCTION note_billed()
""",
)


def upgrade() -> None:
    """A new table that triggers fill; what is there already is noted by the next revision, which holds no lock."""
    op.create_table(
        "unbilled_entries",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("booked_on", sa.Date, primary_key=True),
        sa.Column("journal_id", sa.Text, primary_key=True),
    )
    for sql in (_NOTE_SQL, _BILLED_SQL, *_TRIGGERS_SQL):
        op.execute(sql)
