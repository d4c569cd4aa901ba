"""The desk's role in the database: it reads what every service keeps, adds to looks, and writes in its own schema.

Whoever gets hold of the desk's password changes no event, row or message by it, and takes no look away. What changes
them, a repair that two people released, is done with the administrator's address (docs/decisions/0069).
"""

from collections.abc import Sequence
from typing import Final

from kernel.writing.database import administering
from onestop.desk.desk import NAME
from onestop.desk.tables import make_tables as make_own_tables
from onestop.looks import MAKE_SQL
from onestop.reconcile.kept import make_tables

_READS_SQL: Final = f"""
GRANT USAGE ON SCHEMA "{{schema}}" TO {NAME};
GRANT SELECT ON ALL TABLES IN SCHEMA "{{schema}}" TO {NAME};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "{{schema}}" TO {NAME};
"""
# Messages of logs are hidden from everybody but their owner by a rule of the table; the desk compares them, too.
_BUS_SQL: Final = f"""
GRANT USAGE ON SCHEMA bus TO {NAME};
GRANT SELECT ON bus.messages TO {NAME};
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'bus' AND policyname = '{NAME}_reads') THEN
    CREATE POLICY {NAME}_reads ON bus.messages FOR SELECT TO {NAME} USING (true);
  END IF;
END $$;
"""
_WRITES_SQL: Final = f"""
GRANT USAGE ON SCHEMA looks, reconciliation TO {NAME};
GRANT SELECT, INSERT ON looks.looks TO {NAME};
REVOKE INSERT, UPDATE ON reconciliation.runs, reconciliation.differences FROM {NAME};
GRANT SELECT ON reconciliation.runs, reconciliation.differences TO {NAME};
-- Whoever could write what a repair is would have it done by two clerks who release something else.
GRANT UPDATE (state, proposed_by, because, released_by) ON reconciliation.differences TO {NAME};
GRANT SELECT, UPDATE ON reconciliation.reconciliations TO {NAME};
GRANT USAGE ON SCHEMA desk TO {NAME};
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.what_ifs, desk.what_if_rows TO {NAME};
GRANT SELECT, INSERT, UPDATE ON desk.answers, desk.acknowledgements TO {NAME};
"""


async def give_role(admin_url: str, schemas: Sequence[str]) -> None:
    """Make the role where it is missing, without a password, and give it its rights on these schemas' tables."""
    async with administering(admin_url) as owner:
        if not await owner.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", NAME):
            await owner.execute(f"CREATE ROLE {NAME} LOGIN")
        await owner.execute(MAKE_SQL)
        await make_tables(owner)
        await make_own_tables(owner)
        for schema in schemas:
            await owner.execute(_READS_SQL.format(schema=schema))
        await owner.execute(_BUS_SQL)
        await owner.execute(_WRITES_SQL)
