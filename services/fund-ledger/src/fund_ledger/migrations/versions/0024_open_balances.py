"""Accounts that do not stand at zero, however many have stood open before."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, made beside whoever writes."""
    with op.get_context().autocommit_block():
        op.create_index(
            "balances_open",
            "balances",
            ["account"],
            postgresql_where=sa.text("debit_fen <> credit_fen"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
