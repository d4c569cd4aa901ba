"""Who is in hospital now, and the encounters of a county in order."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OPEN = """
INSERT INTO open_stays SELECT encounter_id FROM encounters e WHERE kind = 'inpatient'
AND NOT EXISTS (SELECT FROM stay_ends x WHERE x.encounter_id = e.encounter_id)
AND NOT EXISTS (SELECT FROM cancellations c WHERE c.encounter_id = e.encounter_id)
ON CONFLICT DO NOTHING
"""
# A stay that ended while the others were filled in.
_ENDED = """
DELETE FROM open_stays o WHERE EXISTS (SELECT FROM stay_ends x WHERE x.encounter_id = o.encounter_id)
OR EXISTS (SELECT FROM cancellations c WHERE c.encounter_id = o.encounter_id)
"""
# The release before writes no such rows: while it runs beside this one the database does. A later revision may end it.
_KEEP = """
CREATE FUNCTION keep_open_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.type IN ('EncounterAdmitted', 'DischargeUndone') THEN
    INSERT INTO open_stays VALUES (NEW.data ->> 'encounter_id') ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM open_stays WHERE encounter_id = NEW.data ->> 'encounter_id';
  END IF;
  RETURN NULL;
END $$
"""
_KEPT = """
CREATE TRIGGER keep_open_stays AFTER INSERT ON events FOR EACH ROW
WHEN (NEW.type IN ('EncounterDischarged', 'EncounterCancelled', 'DischargeUndone')
      OR NEW.type = 'EncounterAdmitted' AND NEW.data ->> 'kind' = 'inpatient')
EXECUTE FUNCTION keep_open_stays()
"""


def upgrade() -> None:
    """The new table first, then what keeps it; what was before is filled in beside commands that go on."""
    with op.get_context().autocommit_block():
        beside: dict[str, Any] = {"postgresql_concurrently": True, "if_not_exists": True}
        op.create_index("encounters_county", "encounters", ["county", "encounter_id"], **beside)
    op.create_table("open_stays", sa.Column("encounter_id", sa.Text, primary_key=True))
    op.execute(_KEEP)
    op.execute(_KEPT)
    with op.get_context().autocommit_block():
        op.execute(_OPEN)
        op.execute(_ENDED)
