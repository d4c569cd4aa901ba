"""Nothing that is on a statement is noted as on none; no release files a payment that was carried out by hand."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# A statement that was drawn while revision 0022 read may have left them; since then a trigger sees to it.
_ON_A_STATEMENT_SQL = """
DELETE FROM unbilled_entries u USING statement_journals s WHERE s.account = u.account AND s.journal_id = u.journal_id
"""
# The release before knows of no payments by hand: beside this one its file is refused, and pays nothing again. Only
# what is filed anew is looked at; a file that is answered changes a row that is there.
_REFUSE_SQL = """
CREATE FUNCTION refuse_filing_by_hand() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE by_hand text;
BEGIN
  SELECT h.journal_id INTO by_hand FROM filed f JOIN hand_payments h USING (account, journal_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'payment % was carried out by hand: it is in no file', by_hand;
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGER_SQL = """
CREATE TRIGGER payments_by_hand_are_not_filed AFTER INSERT ON filed_payments REFERENCING NEW TABLE AS filed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_filing_by_hand()
"""


def upgrade() -> None:
    """Rows of a working table, and a lock that the program of this release never meets."""
    op.execute(_ON_A_STATEMENT_SQL)
    op.execute(_REFUSE_SQL)
    op.execute(_TRIGGER_SQL)
