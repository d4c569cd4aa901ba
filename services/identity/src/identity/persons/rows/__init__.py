"""Tables, and the rows that each event leaves in them."""

from identity.persons.rows.projection import ROWS, STANDING, person_row
from identity.persons.rows.sources import IN_CHECKPOINTS
from identity.persons.rows.tables import SOURCES, TABLES

__all__ = ["IN_CHECKPOINTS", "ROWS", "SOURCES", "STANDING", "TABLES", "person_row"]
