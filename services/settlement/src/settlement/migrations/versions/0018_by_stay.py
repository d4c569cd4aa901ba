"""Indexes to a person's inpatient stays and to a stay's settlements: no command walks along all there ever were."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Beside commands that go on."""
    with op.get_context().autocommit_block():
        beside: dict[str, Any] = {"postgresql_concurrently": True, "if_not_exists": True}
        inpatient = sa.text("kind = 'inpatient'")
        op.create_index("encounters_inpatient", "encounters", ["person_id"], postgresql_where=inpatient, **beside)
        op.create_index("settlements_encounter", "settlements", ["encounter_id"], **beside)
