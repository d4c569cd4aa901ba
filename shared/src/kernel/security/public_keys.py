"""The issuer's public keys (a JWKS): given inline, by file or by URL, and read again when a new key appears."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeAlias, cast

import httpx
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, KeySetSerialization

from kernel.security.rejections import KeysUnavailableError

JwksDocument: TypeAlias = dict[str, Any]
LoadDocument: TypeAlias = Callable[[], Awaitable[JwksDocument]]

_log = structlog.get_logger(__name__)

#: An unknown key id makes us ask the issuer again, but not more often than this, whoever sends rubbish.
REFRESH_SECONDS_MIN: Final = 30.0
#: Keys are read again after this time in any case, so that a withdrawn key stops working.
REFRESH_SECONDS_MAX: Final = 3600.0
#: While there are no keys at all nothing works, so the issuer is asked sooner.
_RETRY_SECONDS: Final = 1.0
_FETCH_SECONDS_MAX: Final = 5.0


class PublicKeys:
    """Finds the public key with a given id; remembers keys and limits how often they are read.

    ``generation`` grows whenever the keys changed, so that verdicts reached with older keys are dropped.
    """

    def __init__(self, load: LoadDocument, *, now: Callable[[], float] = monotonic) -> None:
        self._load = load
        self._now = now
        self._keys: dict[str, Key] = {}
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._loading = asyncio.Lock()
        self.generation = 0

    @classmethod
    def of(cls, setting: str) -> "PublicKeys":
        """Read a setting: JSON text is the JWKS itself, http(s):// its address, anything else a file."""
        if setting.lstrip().startswith("{"):
            return cls.inline(msgspec.json.decode(setting, type=dict[str, Any]))
        if setting.startswith(("http://", "https://")):
            return cls(lambda: _fetch(setting))
        return cls(lambda: asyncio.to_thread(_read, Path(setting)))

    @classmethod
    def inline(cls, document: JwksDocument) -> "PublicKeys":
        """Use exactly the keys of this JWKS document."""

        async def load() -> JwksDocument:
            return document

        return cls(load)

    async def find(self, key_id: str) -> Key | None:
        """The key with this id, or None. Raises KeysUnavailableError if no keys could ever be read."""
        if self._is_due(key_id):
            async with self._loading:
                if self._is_due(key_id):  # another request may have read them while this one waited
                    await self._refresh()
        if not self._keys:
            raise KeysUnavailableError("the issuer's keys cannot be read")
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        now = self._now()
        pause_seconds = REFRESH_SECONDS_MIN if self._keys else _RETRY_SECONDS
        if self._tried_at is not None and now - self._tried_at < pause_seconds:
            return False
        stale = self._loaded_at is None or now - self._loaded_at >= REFRESH_SECONDS_MAX
        return stale or key_id not in self._keys

    async def _refresh(self) -> None:
        try:
            key_set = KeySet.import_key_set(cast("KeySetSerialization", await self._load()))
        except (OSError, httpx.HTTPError, msgspec.MsgspecError, JoseError, KeyError, TypeError, ValueError) as error:
            # The keys we have are better than none; asked again after a pause.
            _log.warning("signing keys cannot be read", exception_type=type(error).__name__, known=len(self._keys))
            return
        finally:
            # Only now: whoever comes while the keys are being read must wait for them, not be told there are none.
            self._tried_at = self._now()
        keys = {key.kid: key for key in key_set if key.kid}
        if _thumbprints(keys) != _thumbprints(self._keys):
            self._keys = keys
            self.generation += 1
        self._loaded_at = self._now()


def _thumbprints(keys: dict[str, Key]) -> dict[str, str]:
    return {key_id: key.thumbprint() for key_id, key in keys.items()}


def _read(path: Path) -> JwksDocument:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


async def _fetch(address: str) -> JwksDocument:
    async with httpx.AsyncClient(timeout=_FETCH_SECONDS_MAX, follow_redirects=False) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=dict[str, Any])
