"""The spool: a file as it arrives, sealed piece by piece, so that any instance can read it and nobody else."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from typing import BinaryIO, Final
from uuid import uuid4

import msgspec

from kernel.running.runtime import Runtime
from kernel.security import KeyRing, SealCipher, Sealer, WrappedKey
from kernel.values.refusals import Refused

_PIECE: Final = 1024 * 1024
_AAD: Final = b"feed."
_PUT_SQL: Final = "INSERT INTO feed_spool (upload_id, piece, sealed) VALUES ($1, $2, $3)"
_KEEP_SQL: Final = """
INSERT INTO feed_spool_keys (spool_id, upload_id, key_id, sealed) VALUES ($1, $2, $3, $4)
ON CONFLICT (spool_id) DO NOTHING RETURNING spool_id
"""
_KEY_SQL: Final = "SELECT upload_id, key_id, sealed FROM feed_spool_keys WHERE spool_id = $1"
_PIECE_SQL: Final = "SELECT sealed FROM feed_spool WHERE upload_id = $1 AND piece = $2"
_DROP_SQL: Final = """
WITH keys AS (DELETE FROM feed_spool_keys WHERE spool_id = $1 RETURNING upload_id)
DELETE FROM feed_spool WHERE upload_id IN (SELECT upload_id FROM keys)
"""
# An upload that broke off has no key any more: what is left of it can only be thrown away.
_SWEEP_SQL: Final = """
DELETE FROM feed_spool s WHERE created_at < now() - interval '1 day'
AND NOT EXISTS (SELECT FROM feed_spool_keys k WHERE k.upload_id = s.upload_id)
"""


class Upload(msgspec.Struct, frozen=True):
    """A file that has arrived whole, not yet kept for anyone."""

    upload_id: str
    key: WrappedKey
    size: int
    sha256: str


def check_size(size: int, size_max: int) -> None:
    """Refuse a file that is too large: FEED_FILE_TOO_LARGE."""
    if size > size_max:
        raise Refused("FEED_FILE_TOO_LARGE", f"a file may have at most {size_max} bytes; send it in parts")


class Beside:
    """Seals what is kept beside a file under the file's own key: thrown away with it, nobody can read it any more."""

    def __init__(self, sealer: Sealer, upload_id: str, key: WrappedKey) -> None:
        self._sealer = sealer
        self._upload_id = upload_id
        self._key = key

    def seal(self, place: int, content: bytes) -> bytes:
        """What is kept at a place, sealed."""
        return self._sealer.seal(content, subject=self._upload_id, key=self._key, aad=_aad_beside(place))

    def open(self, place: int, sealed: bytes) -> bytes:
        """What is kept at a place."""
        return self._sealer.open(sealed, subject=self._upload_id, key=self._key, aad=_aad_beside(place))


def _aad_beside(place: int) -> bytes:
    return _AAD + f"beside.{place}".encode()


class Spool:
    """Files of departments between their arrival and their end."""

    def __init__(self, runtime: Runtime, keys: KeyRing, cipher: SealCipher = SealCipher.AES_256_GCM) -> None:
        self._runtime = runtime
        self._sealer = Sealer(keys, cipher=cipher)

    async def take(self, content: AsyncIterator[bytes], size_max: int) -> Upload:
        """Store a file as it arrives; raises Refused FEED_FILE_TOO_LARGE and leaves nothing."""
        upload_id = str(uuid4())
        key = self._sealer.new_key(upload_id)
        digest, size, piece, waiting = hashlib.sha256(), 0, 0, bytearray()
        try:
            async for chunk in content:
                size += len(chunk)
                check_size(size, size_max)
                digest.update(chunk)
                waiting += chunk
                if len(waiting) >= _PIECE:
                    await self._put(upload_id, piece, key, bytes(waiting))
                    piece, waiting = piece + 1, bytearray()
            await self._put(upload_id, piece, key, bytes(waiting))
        except BaseException:
            await self.forget(upload_id)
            raise
        return Upload(upload_id, key, size, digest.hexdigest())

    async def _put(self, upload_id: str, piece: int, key: WrappedKey, content: bytes) -> None:
        sealed = self._sealer.seal(content, subject=upload_id, key=key, aad=_AAD + str(piece).encode())
        await self._runtime.store.pool.execute(_PUT_SQL, upload_id, piece, sealed)

    async def keep(self, spool_id: str, upload: Upload) -> None:
        """Keep an upload under a name; where the same file is kept already, this copy goes."""
        key = upload.key
        pool = self._runtime.store.pool
        if await pool.fetchval(_KEEP_SQL, spool_id, upload.upload_id, key.key_id, key.sealed) is None:
            await self.forget(upload.upload_id)

    async def forget(self, upload_id: str) -> None:
        """Throw an upload away that nobody keeps."""
        await self._runtime.store.pool.execute("DELETE FROM feed_spool WHERE upload_id = $1", upload_id)

    async def open(self, spool_id: str) -> BinaryIO | None:
        """A kept file as a temporary one without a name, gone when closed; None where nothing is kept."""
        pool = self._runtime.store.pool
        row = await pool.fetchrow(_KEY_SQL, spool_id)
        if row is None:
            return None
        key, upload_id = WrappedKey(row["key_id"], row["sealed"]), row["upload_id"]
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        piece = 0
        while (sealed := await pool.fetchval(_PIECE_SQL, upload_id, piece)) is not None:
            file.write(self._sealer.open(sealed, subject=upload_id, key=key, aad=_AAD + str(piece).encode()))
            piece += 1
        file.seek(0)
        return file

    async def beside(self, spool_id: str) -> Beside | None:
        """What seals beside a kept file; None where nothing is kept."""
        row = await self._runtime.store.pool.fetchrow(_KEY_SQL, spool_id)
        return None if row is None else Beside(self._sealer, row["upload_id"], WrappedKey(row["key_id"], row["sealed"]))

    async def drop(self, spool_id: str) -> None:
        """Throw a kept file away: it has been read for the last time."""
        await self._runtime.store.pool.execute(_DROP_SQL, spool_id)

    async def sweep(self) -> None:
        """Throw away what uploads left that broke off with their process."""
        await self._runtime.store.pool.execute(_SWEEP_SQL)
