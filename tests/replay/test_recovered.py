"""What a recovery writes back where topics are not as one would wish: sent again late, told otherwise, not readable."""

from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pytest
from tests.command_line import onestop
from tests.replay.left import POLICIES, Left
from tests.replay.recovering import lose, positions_of, recovered, whole_of
from typing_extensions import override

from kernel.messaging.envelope import Election
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.log_telling import LogTelling
from kernel.messaging.mending import DECIDER, Found, Mend, MessagesRetried, NoteRetried, stream_of
from kernel.messaging.telling import Headers, Said, Telling
from kernel.running.runtime import ServiceParts
from kernel.security import Role
from kernel.security.signing_keys import SigningKey
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import administering, open_pool
from kernel.writing.event_store import EventStore
from kernel.writing.event_store.stream import LoggedEvent
from onestop.platform import running_platform
from onestop.services import SERVICES
from onestop.unreadable import unreadable
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town, settle_in
from workbench.demo.window import Window

BILL: Final = stories.Bill(100_000, 0, 60_000)
_FULLEST_SQL: Final = """
SELECT partition FROM bus.messages WHERE topic = $1 GROUP BY partition ORDER BY count(*) DESC LIMIT 1
"""
_LAST_SQL: Final = """
SELECT partition, "offset" + 1 AS pseq, key, headers->>'ce_type' AS type, convert_from(body, 'UTF8') AS body,
       (headers->>'ce_gseq')::bigint AS gseq
FROM bus.messages WHERE topic = 'identity' AND headers->>'ce_type' LIKE '%.EntitlementChanged.%'
ORDER BY (headers->>'ce_gseq')::bigint DESC LIMIT 1
"""
_FIRST_SQL: Final = """
SELECT min((headers->>'ce_gseq')::bigint) FROM bus.messages WHERE topic = 'identity' AND partition = $1
"""
_RELAY_SQL: Final = "SELECT gseq, pseqs::text FROM identity.relay WHERE topic = 'identity'"
_PARKED_SQL: Final = "SELECT error_code, key FROM settlement.inbox_parked ORDER BY pseq"
#: What settlement cannot store: a rule that is newer than its data.
_RULE: Final = """
CREATE FUNCTION settlement.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an obstacle' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER obstacle BEFORE INSERT OR UPDATE ON settlement.people FOR EACH ROW
  WHEN (NEW.person_id = '{}') EXECUTE FUNCTION settlement.refuse()
"""


async def test_what_was_sent_again_behind_later_ones_is_written_in_its_place(left: Left) -> None:
    async with administering(left.database) as admin:
        fullest = await admin.fetchval(_FULLEST_SQL, "identity")
    before = {name: await whole_of(left.database, name) for name in ("settlement", "fund-ledger")}
    for topic, partition in (("fund-ledger.log", 0), ("identity", fullest)):
        await left.resend_late(topic, partition)
    await lose(left.database, "settlement", "fund_ledger")
    await left.recover("settlement", "fund-ledger")
    assert {name: await whole_of(left.database, name) for name in before} == before
    again = await left.recover("settlement", "fund-ledger")
    assert [one.written for one in again] == [0, 0]


class _WithoutOne(Telling):
    """A program that told nothing of one event, of which today's tells."""

    def __init__(self, parts: ServiceParts, key: SigningKey | None, gseq: int) -> None:
        super().__init__(parts.publishes, parts.publish, key)
        self._gseq = gseq

    @override
    def said_of(self, entry: LoggedEvent) -> Said | None:
        return None if entry.gseq == self._gseq else super().said_of(entry)


async def test_a_recovered_relay_stands_where_the_topic_says_whoever_sent_it(left: Left) -> None:
    async with administering(left.database) as admin:
        fullest = await admin.fetchval(_FULLEST_SQL, "identity")
        first = await admin.fetchval(_FIRST_SQL, fullest)
    stood, pseqs = await left.retell("identity", partial(_WithoutOne, gseq=first))
    await lose(left.database, "identity")
    await left.recover("identity")
    async with administering(left.database) as admin:
        row = await admin.fetchrow(_RELAY_SQL)
    assert row is not None
    assert (row["gseq"], msgspec.json.decode(row["pseqs"])) == (stood, list(pseqs))


class _WithOneUnreadable(Telling):
    """A program that told of one event in a way that nobody reads."""

    def __init__(self, parts: ServiceParts, key: SigningKey | None, gseq: int) -> None:
        super().__init__(parts.publishes, parts.publish, key)
        self._gseq = gseq

    @override
    def written(self, said: Said, entry: LoggedEvent, pseq: int, election: Election) -> tuple[Headers, bytes]:
        headers, body = super().written(said, entry, pseq, election)
        return headers, b"{}" if entry.gseq == self._gseq else body


async def _mend(left: Left, message: Any) -> None:
    """Two people have mended and released the message in its first words."""
    place = {"consumer": "settlement", "topic": "identity", "partition": message["partition"], "key": message["key"]}
    async with administering(left.database) as admin:
        now = await admin.fetchval("SELECT now()")
    parts = SERVICES["settlement"].parts
    found = Found(**place, pseq=message["pseq"], type=message["type"], body_sha256="00", waits_behind=None)
    retried = MessagesRetried(**place, pseqs=(message["pseq"],), voided=(), retried_by="second")
    async with await open_pool(left.database, schema="settlement", size=2) as pool:
        path = CommandPath(EventStore(pool, parts.registry, parts.project))
        async with pool.acquire() as connection, connection.transaction():
            for key, command in (
                ("mend", Mend(found, message["body"], "as it was", "first")),
                ("retry", NoteRetried(retried)),
            ):
                within = path.within(connection)
                stream = stream_of("settlement", "identity", message["key"])
                await within.react(CommandContext.of_service("test", key, now), DECIDER, stream, command)
                await within.flush()


async def test_a_mended_message_leaves_its_row_and_one_that_cannot_be_kept_is_parked_and_said(left: Left) -> None:
    async with administering(left.database) as admin:
        message = await admin.fetchrow(_LAST_SQL)
    assert message is not None
    await _mend(left, message)
    await left.fill_logs()
    before = await whole_of(left.database, "settlement")
    await left.retell("identity", partial(_WithOneUnreadable, gseq=message["gseq"]))
    await lose(left.database, "settlement")
    (done,) = await left.recover("settlement")
    assert (await whole_of(left.database, "settlement"), done.parked) == (before, 0), "as it was mended"
    await lose(left.database, "settlement")
    async with administering(left.database) as admin:
        await admin.execute(_RULE.format(message["key"]))
        (done,) = await left.recover("settlement")
        codes = [row["error_code"] for row in await admin.fetch(_PARKED_SQL)]
        assert {row["key"] for row in await admin.fetch(_PARKED_SQL)} == {message["key"]}
    assert (codes[0], set(codes[1:]) <= {"KEY_PARKED"}, done.parked) == ("HANDLER_FAILED", True, len(codes))


async def _heard_of_identity(left: Left) -> int:
    positions = await positions_of(left.database, "settlement")
    return sum(
        last for (consumer, topic, _), last in positions.items() if (consumer, topic) == ("settlement", "identity")
    )


async def test_where_a_topic_is_ahead_of_the_log_rows_and_positions_end_where_the_log_does(left: Left) -> None:
    last = len((await whole_of(left.database, "identity"))[0])
    await left.retell("identity", lambda parts, key: LogTelling(log_topic_of(parts.topic), key), upto=last - 5)
    before = await _heard_of_identity(left)
    await lose(left.database, *(service.schema for service in SERVICES.values()))
    written = {one.name: one for one in await left.recover(*SERVICES)}
    assert (written["identity"].events, written["identity"].beyond) == (last - 5, 5)
    assert await _heard_of_identity(left) == before - 5
    restored = {one.name: one for one in await left.adopt()}
    assert len(restored["identity"].beyond.lost) == 5, "nobody is refused, and what was told is kept"
    assert len(await unreadable(left.database)) > 0, "keys are in no event"
    said = await onestop("unreadable", "--database", left.database)
    assert (said.exit_code, "registered by civil-affairs: no key and number" in said.output) == (1, True), said.output


@pytest.mark.kafka
@pytest.mark.long
async def test_after_an_earlier_restore_a_recovery_ends_where_the_restored_logs_do(
    database: str, kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    prefix, dump = f"{urlsplit(database).path.strip('/')}-", f"{urlsplit(database).path.strip('/')}_dump"
    running = partial(
        running_platform,
        folder=tmp_path,
        policies=POLICIES,
        kafka_bootstrap=kafka_broker.bootstrap,
        topic_prefix=prefix,
        keeps_logs=True,
    )
    lost, kept = Left(database, tmp_path), Left(urlunsplit(urlsplit(database)._replace(path=f"/{dump}")), tmp_path)
    words = ["--kafka-bootstrap", kafka_broker.bootstrap, "--topic-prefix", prefix, "--folder", str(tmp_path)]
    async with running(database) as platform:
        town = await settle_in(platform, 9)
        await lost.filled()
    async with administering(database) as admin:
        await admin.execute(f"CREATE DATABASE {dump} TEMPLATE {urlsplit(database).path.strip('/')}")
    async with running(database) as platform:
        again = Town(platform, town.people, town.ids, town.today)
        window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
        await stories.stay(window, again.someone("DIBAO"), town.today, 0, BILL)
        await lost.filled()
    assert (await onestop("restore", "--yes", *words, "--database", kept.database)).exit_code == 0
    async with running(kept.database):
        await kept.filled()
    before = {name: await whole_of(kept.database, name) for name in SERVICES}
    assert "RestoreAdopted" in {event.type for event in before["fund-ledger"][0]}
    await lose(kept.database, *(service.schema for service in SERVICES.values()))
    await recovered([*words, "--database", kept.database])
    assert {name: await whole_of(kept.database, name) for name in SERVICES} == before
    async with running(kept.database):
        await kept.filled()
    async with administering(database) as admin:
        await admin.execute(f"DROP DATABASE {dump} WITH (FORCE)")
