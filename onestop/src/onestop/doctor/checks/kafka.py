"""Whether the broker answers and has the platform's topics."""

import os
from collections.abc import Sequence
from typing import Final

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.kafka_login import KafkaLogin
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_WAITS: Final = "patients are served; what happens is told to the other services when it is back"


async def look(examined: Examined) -> Sequence[Finding]:
    """A broker that is away, where the platform runs on one."""
    if examined.kafka_bootstrap is None:
        return ()
    try:
        await KafkaEventLog(
            examined.kafka_bootstrap, prefix=examined.topic_prefix, login=KafkaLogin.of(os.environ)
        ).ready()
    except Exception as error:
        says = f"Kafka at {examined.kafka_bootstrap} does not answer ({str(error) or repr(error)}): {_WAITS}"
        return [fault(says, "start the broker; everything goes on from where it stands")]
    return ()


CHECK: Final = Check("kafka", "the broker answers, where there is one", look)
