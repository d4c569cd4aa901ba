"""The address of a webhook: which ones may be named, and which machines may be spoken to.

Whoever may name an address makes the platform call it, from inside its own network. So a name must lead to a public
machine, or to one in a network that operations have named, each time that it is looked up.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from kernel.values.refusals import Refused

URL_CHARACTERS_MAX: Final = 300
#: Behind these a network translates to the four bytes at the end (RFC 6052).
_TRANSLATED: Final = ip_network("64:ff9b::/96")
#: A name in the length that can be asked for (RFC 1035); underscores stand in names of many networks of their own.
_NAME_CHARACTERS_MAX: Final = 253
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?", re.IGNORECASE)
_PORT_OF: Final = {"https": 443, "http": 80}

Machine: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


def parts_of(url: str, *, plain: bool = False) -> SplitResult:
    """The parts of an address; raises Refused WEBHOOK_URL_WRONG.

    It is ``https`` (``plain`` lets ``http`` pass, for tests) and has no user, no query and no fragment: those would
    hold secrets, and others see the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("it cannot be read as one") from None
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        raise _wrong("it does not begin with https://")
    if not parts.hostname or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise _wrong("it names no host, or has characters that an address has not")
    if not _may_be_asked(parts.hostname):
        raise _wrong("its host is no name that can be looked up: parts of 1 to 63 letters, digits and -, by dots")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment or "?" in url:
        raise _wrong("it has a user, a query or a fragment, where secrets would stand; requests are signed instead")
    if port == 0:
        raise _wrong("0 is no port")
    return parts


def _may_be_asked(host: str) -> bool:
    if ":" in host:  # between brackets: a number
        return _machine(host) is not None
    return len(host) <= _NAME_CHARACTERS_MAX and _NAME.fullmatch(host) is not None


def _machine(host: str) -> Machine | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def port_of(parts: SplitResult) -> int:
    """The port that an address means."""
    return parts.port or _PORT_OF[parts.scheme]


def check_literal(parts: SplitResult, allowed: Iterable[Network]) -> None:
    """Refuse an address that names a machine by its number and may not be spoken to: WEBHOOK_URL_WRONG.

    Where it has a name, that is looked up when something is sent.
    """
    machine = _machine(parts.hostname or "")
    if machine is not None and not may_speak_to(machine, allowed):
        raise _wrong("it names a machine inside the platform's own networks; operations name those that may be")


def may_speak_to(machine: Machine, allowed: Iterable[Network]) -> bool:
    """Whether a machine is public, or lies in one of the named networks."""
    if isinstance(machine, IPv6Address):
        mapped = machine.ipv4_mapped or machine.sixtofour or (machine.teredo[1] if machine.teredo else None)
        if machine in _TRANSLATED:
            mapped = IPv4Address(int(machine) & 0xFFFF_FFFF)
        if mapped is not None:
            return may_speak_to(mapped, allowed)
    if any(machine in network for network in allowed):
        return True
    return machine.is_global and not machine.is_multicast


def _wrong(why: str) -> Refused:
    return Refused("WEBHOOK_URL_WRONG", f"the address cannot be used: {why}")
