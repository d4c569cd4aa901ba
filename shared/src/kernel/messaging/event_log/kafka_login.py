"""How a service proves to the broker who it is: SASL with SCRAM, whose password never crosses the line."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from typing_extensions import override

MECHANISM: Final = "SCRAM-SHA-512"
_PROTOCOL: Final = "SASL_PLAINTEXT"


class KafkaLoginError(ValueError):
    """A user without a password, or the reverse; says which setting is missing."""


class KafkaLogin(msgspec.Struct, frozen=True):
    """A user of the broker. Without a name there is none, for a broker that lets everybody in."""

    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "KafkaLogin":
        """Read ONESTOP_KAFKA_USER and ONESTOP_KAFKA_PASSWORD; raises KafkaLoginError."""
        user, password = environ.get("ONESTOP_KAFKA_USER", ""), environ.get("ONESTOP_KAFKA_PASSWORD", "")
        if bool(user) != bool(password):
            raise KafkaLoginError("ONESTOP_KAFKA_USER and ONESTOP_KAFKA_PASSWORD belong together: give both or none")
        return cls(user, password)

    @property
    def for_aiokafka(self) -> dict[str, Any]:
        """What aiokafka's clients take."""
        if not self.user:
            return {}
        return {
            "security_protocol": _PROTOCOL,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    @property
    def for_librdkafka(self) -> dict[str, Any]:
        """What librdkafka's clients take."""
        if not self.user:
            return {}
        return {
            "security.protocol": _PROTOCOL,
            "sasl.mechanisms": MECHANISM,
            "sasl.username": self.user,
            "sasl.password": self.password,
        }

    @override
    def __repr__(self) -> str:
        return f"KafkaLogin({self.user!r})"


#: For a broker that lets everybody in.
NOBODY: Final = KafkaLogin()
