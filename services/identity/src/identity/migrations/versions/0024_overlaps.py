"""Overlapping memberships are refused by a statement's trigger; an index of ranges cost more the longer it got."""

from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

# Whoever comes second waits for the person's row, which every change of a membership moves in its own statement, and
# then sees what the first one wrote: each statement of a function has a snapshot of its own. So two writers at once
# cannot both pass. It speaks as the constraint did whose place it takes, code and name.
#
# Both statements are written so that a plan made while the tables were small reads by person: the array goes through
# the key's index in its order, and a department that is worked out has none.
REFUSE_OVERLAP = """
CREATE FUNCTION refuse_overlap() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE clash text;
BEGIN
  PERFORM FROM persons WHERE person_id = ANY (ARRAY(SELECT person_id FROM said)) ORDER BY person_id FOR NO KEY UPDATE;
  SELECT found.membership_id INTO clash FROM said CROSS JOIN LATERAL (
    SELECT m.membership_id FROM memberships m
    WHERE m.person_id = said.person_id AND m.membership_id <> said.membership_id
      AND (m.department || '', m.category) = (said.department, said.category)
      AND daterange(m.valid_from, m.valid_to, '[]') && daterange(said.valid_from, said.valid_to, '[]')
    LIMIT 1
  ) found LIMIT 1;
  IF clash IS NOT NULL THEN
    RAISE EXCEPTION 'memberships overlap: memberships_no_overlap' USING ERRCODE = 'exclusion_violation',
      CONSTRAINT = 'memberships_no_overlap', TABLE = 'memberships',
      DETAIL = format('membership %s holds on some of these days', clash);
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """The new lock, then the old one goes: a program of before sees the same refusals, and no table is read."""
    op.execute(REFUSE_OVERLAP)
    for what in ("insert", "update"):
        op.execute(
            f"CREATE TRIGGER memberships_no_overlap_{what} AFTER {what.upper()} ON memberships "
            "REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlap()"
        )
    op.execute("ALTER TABLE memberships DROP CONSTRAINT memberships_no_overlap")
