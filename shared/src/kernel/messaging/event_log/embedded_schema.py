"""The table of the embedded transport."""

from typing import Final

#: Offsets are dense per partition; nobody may change or remove a published message.
BUS_SQL: Final = """
CREATE SCHEMA IF NOT EXISTS bus;
CREATE TABLE IF NOT EXISTS bus.messages (
  topic text NOT NULL,
  partition smallint NOT NULL,
  "offset" bigint NOT NULL,
  key text NOT NULL,
  headers json NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (topic, partition, "offset")
);
"""
