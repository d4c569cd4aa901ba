"""Sending: one signed request to an address, whose machine is looked up and checked each time."""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address
from typing import Final

import httpx

from kernel.security.signed_requests import signed_headers
from kernel.security.signing_keys import SigningKey
from kernel.values.refusals import Refused
from settlement.webhooks.domain.address import Machine, Network, may_speak_to, parts_of, port_of

#: A receiver notes what came and answers; what it does with it takes its own time.
SEND_SECONDS_MAX: Final = 10.0
#: The first and the last number of what is sent: the same again, where the answer to it was lost.
DELIVERY: Final = "OneStop-Delivery"


class Sender:
    """Sends to hospitals: over TLS, to public machines and those of named networks, without redirects or proxies."""

    def __init__(
        self, key: SigningKey, networks: Iterable[Network], *, plain: bool = False, trusted: str | None = None
    ) -> None:
        self._key = key
        self._networks = tuple(networks)
        self._plain = plain
        context = ssl.create_default_context(cafile=trusted) if trusted else ssl.create_default_context()
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(verify=context, trust_env=False, limits=limits, timeout=SEND_SECONDS_MAX)

    async def send(self, url: str, content: bytes, delivery: str, now: datetime) -> str | None:
        """Send a body; gives why it was not taken, None where it was. The text names no address and no secret."""
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                return await self._send(url, content, delivery, now)
        except TimeoutError:
            return "TIMED_OUT"
        except ssl.SSLError:
            return "TLS_REFUSED"
        except httpx.TimeoutException:
            return "TIMED_OUT"
        except httpx.HTTPError as error:
            return "TLS_REFUSED" if "certificate" in str(error).lower() else "NOT_REACHED"
        except (OSError, Refused, ValueError, httpx.InvalidURL):  # ValueError: a name that cannot even be asked for
            return "NOT_REACHED"

    async def _send(self, url: str, content: bytes, delivery: str, now: datetime) -> str | None:
        parts = parts_of(url, plain=self._plain)
        host, port = parts.hostname or "", port_of(parts)
        machine = await self._machine(host, port)
        if machine is None:
            return "ADDRESS_REFUSED"
        # The machine that was checked is the one that is called: a name might lead elsewhere a moment later.
        where = f"[{machine}]" if machine.version == 6 else str(machine)
        target = parts.path or "/"
        signed = signed_headers(self._key, "POST", target, int(now.timestamp()), hashlib.sha256(content).hexdigest())
        headers = {**signed, DELIVERY: delivery, "Host": parts.netloc, "Content-Type": "application/json"}
        address = f"{parts.scheme}://{where}:{port}{target}"
        asked = self._client.stream(
            "POST", address, content=content, headers=headers, extensions={"sni_hostname": host}
        )
        async with asked as response:  # its body is of no interest, however long
            return None if response.is_success else f"HTTP_{response.status_code}"

    async def _machine(self, host: str, port: int) -> Machine | None:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        machines = [ip_address(str(address[4][0]).partition("%")[0]) for address in found]
        # One that is not allowed among them is one too many: whoever gave the name may give it any answer.
        if not machines or not all(may_speak_to(machine, self._networks) for machine in machines):
            return None
        return machines[0]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
