"""A broker that asks who comes: each service writes its own topic, hears the others', and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from kernel.messaging.event_log import Outgoing
from kernel.messaging.event_log.kafka import KafkaEventLog, PublishError
from kernel.messaging.event_log.kafka_login import KafkaLogin, KafkaLoginError
from kernel.messaging.event_log.kafka_rights import give_rights
from kernel.messaging.event_log.port import TransportAwayError
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker

LIBS: Final = Path(__file__).parents[3] / "deploy/kafka/libs"
PASSWORDS: Final = {"settlement": "first-word", "fund-ledger": "second-word"}
TOPICS: Final = {"settlement": ["settlement"], "fund-ledger": ["fund-ledger"]}
ALL: Final = list(PASSWORDS)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    broker = KafkaBroker(tmp_path_factory.mktemp("guarded"), libs=LIBS, guarded=True)
    broker.start()
    yield broker
    broker.stop()


def message(topic: str) -> Outgoing:
    headers = (("ce_id", f"1-{topic}"), ("ce_pseq", "1"))
    return Outgoing(topic=topic, partition=0, pseq=1, key="a", headers=headers, body=b"{}")


@pytest.mark.kafka
async def test_a_service_writes_its_own_topic_only_and_reads_what_it_hears(guarded: KafkaBroker) -> None:
    await KafkaEventLog(guarded.admin_bootstrap).create_topics(ALL)
    for _ in range(2):  # it may be done again
        give_rights(guarded.admin_bootstrap, PASSWORDS, TOPICS, "")
    for own, other in (ALL, ALL[::-1]):
        log = KafkaEventLog(guarded.bootstrap, topics=ALL, login=KafkaLogin(own, PASSWORDS[own]))

        async def known(log: KafkaEventLog = log) -> bool:
            try:
                await log.ready()
            except TransportAwayError:
                return False
            return True

        await eventually(known, within_seconds=15)
        publisher = await log.publisher()
        await publisher.publish([message(own)])
        await publisher.close()
        publisher = await log.publisher()
        with pytest.raises(PublishError, match="AuthorizationFailed"):
            await publisher.publish([message(other)])
        await publisher.close()
        reader = await log.reader(own, {0: 0})
        assert [m.headers["ce_id"] for m in (await reader.read(10))[0]] == [f"1-{own}"]
        await reader.close()
    heard = KafkaEventLog(guarded.bootstrap, login=KafkaLogin("fund-ledger", PASSWORDS["fund-ledger"]))
    reader = await heard.reader("settlement", {0: 0})
    assert [m.headers["ce_id"] for m in (await reader.read(10))[0]] == ["1-settlement"], "and no other was written"
    await reader.close()


@pytest.mark.kafka
async def test_who_does_not_know_the_password_is_not_let_in(guarded: KafkaBroker) -> None:
    for login in (KafkaLogin("settlement", "guessed"), KafkaLogin()):
        with pytest.raises(TransportAwayError):
            await KafkaEventLog(guarded.bootstrap, login=login).ready()


def test_a_user_without_a_password_is_a_mistake() -> None:
    with pytest.raises(KafkaLoginError, match="belong together"):
        KafkaLogin.of({"ONESTOP_KAFKA_USER": "settlement"})
    assert "first-word" not in repr(KafkaLogin("settlement", "first-word"))
