"""Tables, and the rows that each event leaves in them."""

from identity.feeds.rows.projection import ROWS
from identity.feeds.rows.tables import TABLES, WORKING

__all__ = ["ROWS", "TABLES", "WORKING"]
