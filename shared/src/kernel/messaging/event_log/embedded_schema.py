"""The table of the embedded transport."""

from collections.abc import Iterator, Sequence
from typing import Final

from kernel.messaging.event_log.port import log_topic_of

#: Offsets are dense per partition; nobody changes a published message, and only `onestop tidy` removes what all have.
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

# Reading is everybody's, but for the logs. Whoever owns the table, an administrator, passes by these rules.
_GUARD_SQL: Final = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'bus' AND policyname = 'public_read') THEN
    CREATE POLICY public_read ON bus.messages FOR SELECT USING (topic NOT LIKE '%.log');
  END IF;
  DROP POLICY IF EXISTS all_read ON bus.messages;
  IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = 'bus.messages'::regclass) THEN
    ALTER TABLE bus.messages ENABLE ROW LEVEL SECURITY;
  END IF;
END $$
"""
_GRANT_SQL: Final = """
GRANT USAGE ON SCHEMA bus TO "{role}";
GRANT SELECT, INSERT ON bus.messages TO "{role}";
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'bus' AND policyname = '{role}_publishes') THEN
    CREATE POLICY {role}_publishes ON bus.messages FOR INSERT TO "{role}" WITH CHECK (topic = '{topic}');
  END IF;
  IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'bus' AND policyname = '{role}_keeps_its_log') THEN
    CREATE POLICY {role}_keeps_its_log ON bus.messages FOR INSERT TO "{role}" WITH CHECK (topic = '{log}');
    CREATE POLICY {role}_reads_its_log ON bus.messages FOR SELECT TO "{role}" USING (topic = '{log}');
  END IF;
END $$
"""


def topic_of(role: str) -> str:
    """The one public topic that a service's role may write."""
    return role.replace("_", "-")


def bus_sql(roles: Sequence[str]) -> Iterator[str]:
    """The statements that make the table, and let each role read all topics and write its own."""
    yield BUS_SQL
    for role in roles:
        yield _GRANT_SQL.format(role=role, topic=topic_of(role), log=log_topic_of(topic_of(role)))
    yield _GUARD_SQL
