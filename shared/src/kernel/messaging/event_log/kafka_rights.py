"""Who may do what at the broker: each service writes its own topics, reads all public ones, and has its own groups."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from kernel.messaging.event_log.port import is_log_topic

_SCRAM: Final = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
_WAIT_SECONDS: Final = 30.0
_TOPIC: Final = (ResourceType.TOPIC, ResourcePatternType.LITERAL)
_GROUP: Final = (ResourceType.GROUP, ResourcePatternType.PREFIXED)


def give_rights(bootstrap: str, passwords: Mapping[str, str], topics: Mapping[str, Sequence[str]], prefix: str) -> None:
    """Make each user with its password, let it write its ``topics`` and read those of all; raises KafkaException.

    A log is read by the service alone whose it is.

    ``bootstrap`` is the broker's door for its administrator. It may be done again: passwords are then changed, and
    rights of a user that were given by hand stay.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    users: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(user, _SCRAM, word.encode()) for user, word in passwords.items()
    ]
    _wait(admin.alter_user_scram_credentials(users, request_timeout=_WAIT_SECONDS))
    every = [topic for each in topics.values() for topic in each]
    rights = [right for user in passwords for right in _rights(user, topics[user], every, prefix)]
    _wait(admin.create_acls(rights, request_timeout=_WAIT_SECONDS))


def _rights(user: str, own: Sequence[str], every: Sequence[str], prefix: str) -> Iterator[AclBinding]:
    for topic in (topic for topic in every if topic in own or not is_log_topic(topic)):
        for may in (AclOperation.READ, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS):
            yield _allowed(user, _TOPIC, prefix + topic, may)
    for topic in own:
        yield _allowed(user, _TOPIC, prefix + topic, AclOperation.WRITE)
    yield _allowed(user, _GROUP, f"{prefix}{user}.", AclOperation.READ)


def _allowed(user: str, what: tuple[ResourceType, ResourcePatternType], name: str, may: AclOperation) -> AclBinding:
    kind, pattern = what
    return AclBinding(kind, name, pattern, f"User:{user}", "*", may, AclPermissionType.ALLOW)


def _wait(futures: Mapping[Any, Any]) -> None:
    for future in futures.values():
        future.result(_WAIT_SECONDS)
