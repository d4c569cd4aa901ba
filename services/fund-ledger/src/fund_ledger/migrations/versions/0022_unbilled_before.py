"""What was on no statement when the database began to note it."""

from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

# A statement that is drawn meanwhile may leave a row of something that is on it: whoever reads looks there, too.
_OF_BEFORE_SQL = """
INSERT INTO unbilled_entries (account, booked_on, journal_id)
SELECT DISTINCT e.account, e.booked_on, e.journal_id FROM entries e
WHERE e.account >= 'payable/hospital/' AND e.account < 'payable/hospital0'
  AND e.kind NOT IN ('statement_payment', 'deduction')
  AND NOT EXISTS (SELECT FROM statement_journals s WHERE s.account = e.account AND s.journal_id = e.journal_id)
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Rows of a working table only."""
    op.execute(_OF_BEFORE_SQL)
