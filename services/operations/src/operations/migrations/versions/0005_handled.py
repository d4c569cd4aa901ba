"""Which stays were settled, and which began in a period."""

from typing import Any

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes, made beside whoever writes."""
    with op.get_context().autocommit_block():
        beside: dict[str, Any] = {"postgresql_concurrently": True, "if_not_exists": True}
        op.create_index("bills_encounter", "bills", ["encounter_id"], **beside)
        op.create_index("stays_admitted", "stays", ["admitted_on"], **beside)
