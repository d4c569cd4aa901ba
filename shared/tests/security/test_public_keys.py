"""The issuer's keys: where they are read from, how often, and what happens when they cannot be."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from kernel.security import Authenticator, Issuer, KeysUnavailableError, PublicKeys, Role
from kernel.security.public_keys import REFRESH_SECONDS_MAX, REFRESH_SECONDS_MIN

NOW = 1_900_000_000


def new_key(key_id: str) -> dict[str, Any]:
    return dict(ECKey.generate_key("P-256").as_dict(private=False, kid=key_id))


class Source:
    """A JWKS whose content and availability a test decides."""

    def __init__(self, *key_ids: str) -> None:
        self.keys = [new_key(key_id) for key_id in key_ids]
        self.reads = 0
        self.away = False

    async def load(self) -> dict[str, Any]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionRefusedError
        return {"keys": self.keys}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_known_key_is_read_once_however_many_ask() -> None:
    source = Source("a")
    keys = PublicKeys(source.load, now=Clock())
    found = await asyncio.gather(*(keys.find("a") for _ in range(20)))
    assert all(key is not None for key in found)
    assert source.reads == 1


async def test_a_new_key_is_found_without_a_restart_but_unknown_ids_cannot_flood_the_issuer() -> None:
    source, clock = Source("a"), Clock()
    keys = PublicKeys(source.load, now=clock)
    await keys.find("a")
    source.keys.append(new_key("b"))
    for _ in range(50):
        assert await keys.find("b") is None
    assert source.reads == 1
    clock.now = REFRESH_SECONDS_MIN
    assert await keys.find("b") is not None
    assert source.reads == 2


async def test_a_withdrawn_key_stops_working_and_drops_old_verdicts() -> None:
    source, clock = Source("a", "b"), Clock()
    keys = PublicKeys(source.load, now=clock)
    await keys.find("a")
    before = keys.generation
    del source.keys[0]
    clock.now = REFRESH_SECONDS_MAX
    assert await keys.find("a") is None
    assert keys.generation == before + 1


async def test_reading_the_same_keys_again_keeps_verdicts() -> None:
    source, clock = Source("a"), Clock()
    keys = PublicKeys(source.load, now=clock)
    await keys.find("a")
    before = keys.generation
    clock.now = REFRESH_SECONDS_MAX
    await keys.find("a")
    assert (source.reads, keys.generation) == (2, before)


async def test_known_keys_go_on_working_while_the_issuer_is_away() -> None:
    source, clock = Source("a"), Clock()
    keys = PublicKeys(source.load, now=clock)
    await keys.find("a")
    source.away = True
    clock.now = REFRESH_SECONDS_MAX
    assert await keys.find("a") is not None


async def test_without_any_key_no_token_is_judged_and_the_issuer_is_asked_once_a_second() -> None:
    source, clock = Source("a"), Clock()
    source.away = True
    keys = PublicKeys(source.load, now=clock)
    for _ in range(5):
        with pytest.raises(KeysUnavailableError):
            await keys.find("a")
    assert source.reads == 1
    source.away = False
    clock.now = 1.0
    assert await keys.find("a") is not None


@pytest.mark.parametrize("content", ["", "{}", '{"keys": 1}', '{"keys": [{"kty": "EC"}]}', "[]"])
async def test_a_broken_key_file_gives_no_keys(tmp_path: Path, content: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(content)
    with pytest.raises(KeysUnavailableError):
        await PublicKeys.of(str(file)).find("a")


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer.in_folder(tmp_path)


async def verifies(setting: str, issuer: Issuer) -> bool:
    authenticator = Authenticator(
        PublicKeys.of(setting), issuer=issuer.issuer, audience=issuer.audience, now=lambda: NOW
    )
    principal = await authenticator.authenticate(issuer.issue(Role.AGENCY, "clerk-1", None, 60, NOW))
    return principal.subject == "clerk-1"


async def test_keys_are_read_from_inline_text_and_from_a_file(tmp_path: Path, issuer: Issuer) -> None:
    text = json.dumps(issuer.jwks())
    file = tmp_path / "jwks.json"
    file.write_text(text)
    assert await verifies(text, issuer)
    assert await verifies(str(file), issuer)


async def test_keys_are_read_from_an_address(issuer: Issuer) -> None:
    content = json.dumps(issuer.jwks()).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(content) + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await verifies(f"http://127.0.0.1:{port}/jwks", issuer)
