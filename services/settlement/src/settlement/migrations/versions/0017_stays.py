"""Stays with their ends, admissions that exclude each other, cancelled admissions, and kinds of institutions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_STAYS = """
INSERT INTO stays SELECT encounter_id, admitted_on FROM encounters WHERE kind = 'inpatient' ON CONFLICT DO NOTHING
"""
# A stay's end lay in its event only; the last one counts.
_ENDS = """
INSERT INTO stay_ends
SELECT DISTINCT ON (data ->> 'encounter_id') data ->> 'encounter_id', (data ->> 'discharged_on')::date
FROM events WHERE type = 'EncounterDischarged' ORDER BY data ->> 'encounter_id', version DESC
ON CONFLICT DO NOTHING
"""
# The release before writes no such rows: while it runs beside this one the database does. The next revision may end it.
_KEEP = """
CREATE FUNCTION keep_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.type = 'EncounterDischarged' THEN
    INSERT INTO stay_ends VALUES (NEW.data ->> 'encounter_id', (NEW.data ->> 'discharged_on')::date)
    ON CONFLICT (encounter_id) DO UPDATE SET ended_on = excluded.ended_on;
  ELSE
    INSERT INTO stays VALUES (NEW.data ->> 'encounter_id', (NEW.data ->> 'admitted_on')::date) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$
"""
_KEPT = """
CREATE TRIGGER keep_stays AFTER INSERT ON events FOR EACH ROW
WHEN (NEW.type = 'EncounterDischarged' OR NEW.type = 'EncounterAdmitted' AND NEW.data ->> 'kind' = 'inpatient')
EXECUTE FUNCTION keep_stays()
"""


def upgrade() -> None:
    """New tables first, then what keeps them; what was before is filled in beside commands that go on."""
    with op.get_context().autocommit_block():
        beside: dict[str, Any] = {"postgresql_concurrently": True, "if_not_exists": True}
        op.create_index("encounters_person", "encounters", ["person_id"], **beside)
        merged = sa.text("merged_into IS NOT NULL")
        op.create_index("people_merged_into", "people", ["merged_into"], postgresql_where=merged, **beside)
    op.create_table(
        "stays",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("in_hospital_since", sa.Date, nullable=False),
    )
    op.create_table(
        "stay_ends",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("ended_on", sa.Date, nullable=False),
    )
    op.create_table(
        "cancellations",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "admission_numbers",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.add_column("referrals", sa.Column("approval_entered_on", sa.Date))
    # The default stays: an instance of the release before enters institutions without a kind.
    op.add_column("institutions", sa.Column("kind", sa.Text, nullable=False, server_default="hospital"))
    op.execute(_KEEP)
    op.execute(_KEPT)
    with op.get_context().autocommit_block():
        op.execute(_STAYS)
        op.execute(_ENDS)
