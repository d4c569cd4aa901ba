"""Tables, and the rows that each event leaves in them."""

from identity.comparison.rows.payment_tables import WORKING
from identity.comparison.rows.projection import ROWS
from identity.comparison.rows.tables import TABLES

__all__ = ["ROWS", "TABLES", "WORKING"]
