"""The services' doors: where each is spoken to, and a caller who is patient with one that cannot serve just now."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final

import httpx
import typer

from onestop.insisting import insist_on

_TIMEOUT_SECONDS: Final = 60.0
#: How long a person at a terminal is kept waiting for a service that answers 503.
_PATIENCE_SECONDS: Final = 20.0

DoorOption = Annotated[
    list[str] | None, typer.Option(help="Where a service is, as settlement=http://host:8003; else on this machine.")
]
Token = Annotated[str, typer.Option(envvar="ONESTOP_TOKEN", help="A token of operations: `onestop token operations`.")]


def doors(said: Sequence[str], ports: Mapping[str, int]) -> dict[str, str]:
    """Each service's address: as said, or else its usual port on this machine. Raises ValueError."""
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    for one in said:
        name, _, address = one.partition("=")
        if name not in addresses or not address.startswith("http"):
            raise ValueError(f"{one!r} is not NAME=http://HOST:PORT with NAME one of {', '.join(addresses)}")
        addresses[name] = address.rstrip("/")
    return addresses


class RefusedAtTheDoorError(Exception):
    """A service refused what was asked; the text is its code and its own words."""


class Door:
    """One service, spoken to as one caller; what it answers 503 is sent again for a while, under the same key."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_SECONDS
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        """What is there; raises RefusedAtTheDoorError, also where nobody answers."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._answer(lambda: self._client.get(path, params=given))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What a command came to; raises like ``get``."""
        key = {"Idempotency-Key": f"cli-{os.urandom(12).hex()}"}
        return self._answer(lambda: self._client.post(path, json=body, headers=key))

    def file(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """A file's bytes and the headers that came with it; raises like ``get``."""
        response = self._response(lambda: self._client.get(path))
        return response.content, response.headers

    def send(self, path: str, content: bytes, media_type: str) -> Any:
        """What a file that is sent came to, once however often the same is sent; raises like ``get``."""
        key = f"cli-{hashlib.sha256(path.encode() + content).hexdigest()[:24]}"
        headers = {"Idempotency-Key": key, "Content-Type": media_type}
        return self._answer(lambda: self._client.post(path, content=content, headers=headers))

    def _answer(self, send: Callable[[], httpx.Response]) -> Any:
        return self._response(send).json()

    def _response(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = insist_on(send, _PATIENCE_SECONDS)
        except httpx.TransportError as error:
            raise RefusedAtTheDoorError(f"{self._address} does not answer ({error}); see --door") from error
        if response.is_success:
            return response
        try:
            problem = response.json()
            said = f"{problem['code']}: {problem['detail']}"
        except (ValueError, KeyError):
            said = f"{self._address}: {response.status_code} {response.text}"
        raise RefusedAtTheDoorError(said)
